/** The single writer of a shard: decides in memory, commits in groups, answers after the commit. @module */
import {
  type CommandEnvelope,
  type CommandReply,
  decodeCommand,
} from "../../shared/commands/mod.ts";
import type { TimerHandle } from "../../shared/effects.ts";
import { commandHash } from "../integrity/mod.ts";
import type { Outcome, Ownership } from "../store/mod.ts";
import {
  createBatch,
  decideInto,
  type Deciding,
  decisionTime,
  type PendingBatch,
} from "./batch.ts";
import { catchUp, LogDamagedError, verifyHead } from "./catch_up.ts";
import { commitBatch, type CommitResult } from "./commit.ts";
import { within } from "./deadline.ts";
import {
  answer,
  answerLate,
  answerUnavailable,
  conflict,
  createOperation,
  type Operation,
  rememberedOf,
  unavailable,
} from "./operations.ts";
import {
  settingsOf,
  type Writer,
  type WriterOptions,
  type WriterRole,
  type WriterSettings,
  type WriterStatus,
  WriterUnavailableError,
} from "./options.ts";
import { createRecentOutcomes } from "./recent_outcomes.ts";
import { createReplica, type Replica } from "./replica.ts";

/** Builds a writer; it does nothing until started. */
export function createWriter<State>(options: WriterOptions<State>): Writer<State> {
  return new ShardWriter(settingsOf(options));
}

// Below this an append costs more than the overlap gains.
const LEAST_SHARE = 16;

const LAPSED = "the lease could not be renewed";

/** One stretch of owning the shard; what began in another one is void. */
interface Term {
  ownership: Ownership;
}

class ShardWriter<State> implements Writer<State> {
  readonly #settings: WriterSettings<State>;
  #role: WriterRole = "idle";
  #failure: Error | null = null;
  #replica: Replica<State>;
  #term: Term | null = null;
  /** Decided, waiting for the append in flight. */
  #open: PendingBatch;
  #inFlight: PendingBatch | null = null;
  #committedPosition = 0n;
  /** Not yet decided, because the open batch is full or the state is being reloaded. */
  #waiting: Operation[] = [];
  /** Everything under way by operation id, in the order of its deadlines. */
  readonly #pending = new Map<string, Operation>();
  readonly #recent;
  #flushScheduled = false;
  /** A look at what is due found the open batch full. */
  #dueSkipped = false;
  /** Before this nothing falls due, in epoch milliseconds. */
  #dueFromMs = 0;
  #reloading = false;
  #stopping = false;
  #gaveUp = false;
  #renewedAtMs = 0;
  #renewing = false;
  #ticker: TimerHandle | null = null;
  #following: Promise<void> | null = null;
  readonly #owned = Promise.withResolvers<void>();

  constructor(settings: WriterSettings<State>) {
    this.#settings = settings;
    this.#replica = createReplica(settings.domain);
    this.#open = createBatch(this.#replica);
    this.#recent = createRecentOutcomes(settings.recentOutcomes);
    // Whoever only follows does not ask for this promise.
    this.#owned.promise.catch(() => {});
  }

  start(): Promise<void> {
    this.follow();
    return this.#owned.promise;
  }

  follow(): void {
    if (this.#role !== "idle") return;
    this.#setRole("standby");
    const { effects, tickMs } = this.#settings;
    this.#ticker = effects.timers.every(tickMs, () => this.#tick());
    this.#following = this.#follow();
  }

  submit(envelope: CommandEnvelope): Promise<CommandReply> {
    const refusal = this.#refusal();
    if (refusal !== null) return Promise.resolve(refusal);
    let operation: Operation;
    try {
      operation = createOperation(envelope, {
        command: decodeCommand(envelope),
        bodyHash: commandHash(envelope.type, envelope.body),
        own: false,
      });
    } catch (error) {
      return Promise.resolve(invalid(envelope, error));
    }
    return new Promise((resolve) => {
      const { operationId, bodyHash } = operation;
      const deadlineMs = this.#settings.effects.clock.nowMs() + this.#settings.deadlineMs;
      const waiter = { bodyHash, deadlineMs, answer: resolve };
      const remembered = this.#recent.get(operationId);
      if (remembered !== undefined) {
        const same = remembered.bodyHash === bodyHash;
        return resolve(same ? remembered.reply : conflict(operationId));
      }
      const underWay = this.#pending.get(operationId);
      if (underWay !== undefined) return underWay.waiters.push(waiter);
      if (this.#pending.size >= this.#settings.maxPending) {
        return resolve(unavailable("too many commands are under way", 100));
      }
      operation.waiters.push(waiter);
      this.#pending.set(operationId, operation);
      if (this.#settings.decidedOnce(operation.command.type)) this.#admit(operation);
      else void this.#lookUp(operation);
    });
  }

  read<T>(fn: (state: State) => T): T {
    return fn(this.#replica.state);
  }

  async readCommitted<T>(fn: (state: State) => T): Promise<T> {
    const { effects, deadlineMs } = this.#settings;
    const endMs = effects.clock.nowMs() + deadlineMs;
    while (true) {
      if (this.#role !== "owner") throw new WriterUnavailableError("the shard is not ours");
      if (this.#isLapsed()) throw new WriterUnavailableError(LAPSED);
      const leftMs = endMs - effects.clock.nowMs();
      if (leftMs <= 0) throw new WriterUnavailableError("the log could not be reached in time");
      if (this.#reloading) {
        await effects.timers.sleep(Math.min(leftMs, 10));
        continue;
      }
      const value = fn(this.#replica.state);
      const restsOn = this.#open.events.length > 0 ? this.#open : this.#inFlight;
      if (restsOn === null) return value;
      const ms = Math.max(1, leftMs);
      const inLog = await within(effects.timers, { what: "a commit", ms }, restsOn.done.promise)
        .catch((error) => {
          throw new WriterUnavailableError(error.message);
        });
      if (inLog) return value;
    }
  }

  status(): WriterStatus {
    const { shard, owner } = this.#settings;
    return {
      role: this.#role,
      shard,
      owner,
      epoch: this.#term?.ownership.epoch ?? null,
      position: this.#replica.position,
      committedPosition: this.#role === "owner" ? this.#committedPosition : this.#replica.position,
      pending: this.#pending.size,
      failure: this.#failure?.message ?? null,
    };
  }

  async stop(): Promise<void> {
    if (this.#role === "stopped") return;
    this.#stopping = true;
    const { effects, deadlineMs } = this.#settings;
    const endMs = effects.clock.nowMs() + deadlineMs;
    while (this.#pending.size > 0 && effects.clock.nowMs() < endMs) await effects.timers.sleep(5);
    this.#gaveUp = true;
    this.#ticker?.cancel();
    await this.#following;
    const ownership = this.#term?.ownership;
    this.#endTerm("the ledger is stopping");
    this.#setRole("stopped");
    this.#owned.reject(new WriterUnavailableError("the writer was stopped"));
    if (ownership !== undefined) await this.#release(ownership);
  }

  #refusal(): CommandReply | null {
    if (this.#stopping) return unavailable("the ledger is stopping", 1_000);
    if (this.#role !== "owner") return unavailable("this ledger does not own the shard", 500);
    if (this.#isLapsed()) return unavailable(LAPSED, 500);
    return null;
  }

  /** Whether the shard may be another's by now: nothing here is sure to be true any more. */
  #isLapsed(): boolean {
    const { effects, leaseMs } = this.#settings;
    return effects.clock.nowMs() - this.#renewedAtMs >= leaseMs;
  }

  // ── deciding ──

  async #lookUp(operation: Operation): Promise<void> {
    const { store, shard } = this.#settings;
    try {
      const outcomes = await this.#call(
        "finding an outcome",
        store.findOutcomes(shard, [operation.operationId]),
      );
      if (this.#pending.get(operation.operationId) !== operation) return;
      if (outcomes.length > 0) this.#rememberStored(outcomes);
      else this.#admit(operation);
    } catch (error) {
      this.#log("warn", "writer_lookup_failed", error, operation.operationId);
      if (this.#pending.get(operation.operationId) !== operation) return;
      this.#drop(operation, "the ledger's database could not be reached");
    }
  }

  #admit(operation: Operation, nowMs = decisionTime(this.#deciding())): void {
    if (this.#reloading || this.#isFull()) {
      this.#waiting.push(operation);
      return;
    }
    this.#decide(operation, nowMs);
    if (this.#open.decided.length >= this.#share()) this.#flush();
    else this.#scheduleFlush();
  }

  #isFull(): boolean {
    const { maxBatch } = this.#settings;
    return this.#open.decided.length >= (this.#inFlight === null ? maxBatch : this.#share());
  }

  /**
   * Half of what is under way, so that when many clients move in step one half is decided while the
   * other is being committed, and neither waits for the other.
   */
  #share(): number {
    const half = Math.ceil(this.#pending.size / 2);
    return Math.min(this.#settings.maxBatch, Math.max(LEAST_SHARE, half));
  }

  #decide(operation: Operation, nowMs: number): void {
    const before = this.#replica.position;
    try {
      const taken = decideInto(this.#deciding(), this.#open, { operation, nowMs });
      if (!taken) this.#drop(operation, "the ledger did not do this by itself: ask again");
    } catch (error) {
      this.#log("error", "writer_decision_failed", error, operation.operationId);
      this.#drop(operation, "the ledger failed to decide this command");
      // The state took a part of it in: only the log says what is true.
      if (this.#replica.position !== before) void this.#reload();
    }
  }

  #deciding(): Deciding<State> {
    const { domain, shard, effects } = this.#settings;
    return { domain, replica: this.#replica, shard, effects };
  }

  #scheduleFlush(): void {
    if (this.#flushScheduled || this.#inFlight !== null) return;
    this.#flushScheduled = true;
    // What arrives in the same turn goes into the same append.
    queueMicrotask(() => {
      this.#flushScheduled = false;
      this.#flush();
    });
  }

  #flush(): void {
    const term = this.#term;
    if (this.#inFlight !== null || this.#reloading || term === null) return;
    if (this.#open.decided.length === 0) return;
    const batch = this.#open;
    this.#inFlight = batch;
    this.#open = createBatch(this.#replica);
    void this.#commit(batch, term);
  }

  // ── committing ──

  async #commit(batch: PendingBatch, term: Term): Promise<void> {
    const { store, effects, leaseMs, callTimeoutMs } = this.#settings;
    const committing = {
      store,
      effects,
      leaseMs,
      callTimeoutMs,
      onRenewed: (calledAtMs: number) => {
        if (this.#term === term) this.#renewedAtMs = calledAtMs;
      },
      mayGoOn: () => this.#term === term && !this.#gaveUp,
      onRetry: (error: unknown) => this.#log("warn", "writer_commit_retried", error),
    };
    let result: CommitResult;
    try {
      const { ownership } = term;
      result = await commitBatch(committing, batch, { replica: this.#replica, ownership });
    } catch (error) {
      result = { status: "refused", ownership: term.ownership, error };
    }
    if (this.#term !== term) return;
    if (result.status === "lost") return this.#demote("another ledger owns the shard now");
    if (result.status === "damaged") return this.#fail(result.error);
    if (result.status === "stopped") return;
    term.ownership = result.ownership;
    // From here on the lease is renewed by itself again, however long a reload takes.
    this.#inFlight = null;
    if (result.status === "committed") {
      this.#rememberStored(result.stored);
      const answers = this.#settle(batch);
      this.#flush();
      // Under load every tick may find a full batch: holds go before the commands that wait.
      if (this.#dueSkipped) this.#decideDue();
      const goOn = () => {
        answers();
        if (this.#term === term) this.#drainWaiting();
      };
      if (this.#inFlight === null) return goOn();
      // Answered clients come back with their next commands in this very turn. The append that was
      // just begun reaches the database first, so that deciding and committing overlap.
      effects.timers.after(0, goOn);
      return;
    }
    if (result.status === "decided_before") {
      this.#rememberStored(result.stored);
    } else {
      this.#log("error", "writer_batch_refused", result.error);
      for (const { operation } of batch.decided) {
        this.#drop(operation, "the ledger could not record this command");
      }
    }
    const again = batch.decided.map(({ operation }) => operation)
      .filter((operation) => this.#pending.get(operation.operationId) === operation);
    this.#waiting = [...again, ...this.#discardOpen(), ...this.#waiting];
    batch.done.resolve(false);
    await this.#reload();
  }

  /** Takes note of a committed batch. Returns what answers its clients. */
  #settle(batch: PendingBatch): () => void {
    const { shard, onCommitted } = this.#settings;
    const answers: (() => void)[] = [];
    for (const { operation, reply } of batch.decided) {
      if (batch.storedAlready.has(operation.operationId)) continue;
      const remembered = { bodyHash: operation.bodyHash, reply };
      this.#recent.set(operation.operationId, remembered);
      this.#pending.delete(operation.operationId);
      answers.push(() => answer(operation, remembered));
    }
    const position = batch.afterPosition + BigInt(batch.events.length);
    this.#committedPosition = position;
    batch.done.resolve(true);
    try {
      onCommitted({ shard, position, events: batch.placed });
    } catch (error) {
      this.#log("error", "writer_on_committed_failed", error);
    }
    return () => {
      for (const one of answers) one();
    };
  }

  #rememberStored(outcomes: readonly Outcome[]): void {
    for (const outcome of outcomes) {
      const remembered = rememberedOf(outcome);
      this.#recent.set(outcome.operationId, remembered);
      const operation = this.#pending.get(outcome.operationId);
      if (operation === undefined) continue;
      this.#pending.delete(outcome.operationId);
      answer(operation, remembered);
    }
  }

  #drainWaiting(): void {
    const operations = this.#waiting;
    this.#waiting = [];
    for (const operation of operations) {
      if (this.#pending.get(operation.operationId) !== operation) continue;
      // Nobody waits any more, and nothing was decided.
      if (operation.waiters.length === 0) this.#pending.delete(operation.operationId);
      else this.#admit(operation);
    }
  }

  /** Throws the state away, builds it from the log, and decides anew whatever still waits. */
  async #reload(): Promise<void> {
    if (this.#reloading || this.#term === null) return;
    const term = this.#term;
    this.#reloading = true;
    this.#waiting = [...this.#discardOpen(), ...this.#waiting];
    // An append in flight may yet be in the log, where the replay must find it.
    await this.#inFlight?.done.promise;
    const replica = createReplica(this.#settings.domain);
    while (this.#term === term && !this.#gaveUp) {
      try {
        await catchUp(this.#source(), replica, () => this.#term === term);
        break;
      } catch (error) {
        if (error instanceof LogDamagedError) return this.#fail(error);
        this.#log("warn", "writer_reload_retried", error);
        await this.#settings.effects.timers.sleep(this.#settings.tickMs);
      }
    }
    if (this.#term !== term) return;
    this.#useReplica(replica);
    this.#reloading = false;
    this.#drainWaiting();
    this.#flush();
  }

  /** Gives the open batch up. Returns its operations, to be decided anew. */
  #discardOpen(): Operation[] {
    const { decided, done } = this.#open;
    this.#open = createBatch(this.#replica);
    done.resolve(false);
    return decided.map(({ operation }) => operation);
  }

  #useReplica(replica: Replica<State>): void {
    this.#replica = replica;
    this.#committedPosition = replica.position;
    this.#inFlight = null;
    this.#open = createBatch(replica);
  }

  // ── time ──

  #tick(): void {
    const nowMs = this.#settings.effects.clock.nowMs();
    // An operation whose waiters have gone stays under way: whoever asks again joins it.
    for (const operation of this.#pending.values()) answerLate(operation, nowMs);
    if (this.#term !== null && this.#isLapsed()) return this.#demote(LAPSED);
    // A clock that stepped back tells nothing about the lease's age.
    const ageMs = Math.abs(nowMs - this.#renewedAtMs);
    if (this.#term !== null && ageMs >= this.#settings.leaseMs / 4) void this.#renew();
    this.#decideDue();
  }

  #decideDue(): void {
    if (this.#role !== "owner" || this.#reloading || this.#stopping) return;
    this.#dueSkipped = false;
    const { domain, maxDue } = this.#settings;
    const nowMs = decisionTime(this.#deciding());
    if (nowMs < this.#dueFromMs) return;
    for (const command of domain.due(this.#replica.state, nowMs, maxDue)) {
      // What is due now is decided now or at the next look: had it to wait behind other commands, an
      // extension among them could have it rejected, and the hold would never be tried again.
      if (this.#isFull()) {
        this.#dueSkipped = true;
        return;
      }
      if (!("requestId" in command.body)) continue;
      const operationId = this.#expiryId(command.body.requestId, nowMs);
      if (operationId === null || this.#pending.has(operationId)) continue;
      const bodyHash = commandHash(command.type, command.body);
      const operation = createOperation(
        { operationId, actor: "system:ledger", occurredAtMs: nowMs },
        { command, bodyHash, own: true },
      );
      this.#pending.set(operationId, operation);
      // At the time that made it due: were the clock read again, it could have stepped back.
      this.#admit(operation, nowMs);
      if (this.#reloading) return;
    }
  }

  /** Under which id a hold expires, or null when it did. */
  #expiryId(requestId: string, nowMs: number): string | null {
    const operationId = `expire:${requestId}`;
    const before = this.#recent.get(operationId);
    if (before === undefined) return operationId;
    // Somebody asked too early, and that answer stays under this id for good.
    return before.reply.status === "accepted" ? null : `${operationId}:${nowMs}`;
  }

  async #renew(): Promise<void> {
    const term = this.#term;
    if (term === null || this.#renewing || this.#inFlight !== null) return;
    this.#renewing = true;
    const { store, leaseMs, effects } = this.#settings;
    const { ownership } = term;
    const startedAtMs = effects.clock.nowMs();
    try {
      const renewed = await this.#call("renewing the lease", store.renew(ownership, leaseMs));
      if (this.#term !== term) return;
      if (renewed) this.#renewedAtMs = startedAtMs;
      // A commit may have taken a new epoch in between, and learns by itself when it is fenced.
      else if (this.#inFlight === null && term.ownership.epoch === ownership.epoch) {
        this.#demote("another ledger owns the shard now");
      }
    } catch (error) {
      this.#log("warn", "writer_renewal_failed", error);
    } finally {
      this.#renewing = false;
    }
  }

  // ── ownership ──

  async #follow(): Promise<void> {
    const { effects, tickMs } = this.#settings;
    while (!this.#stopping && this.#role === "standby") {
      try {
        if (await this.#takeShard()) return;
      } catch (error) {
        if (error instanceof LogDamagedError) return this.#fail(error);
        this.#log("warn", "writer_follow_retried", error);
      }
      await effects.timers.sleep(tickMs);
    }
  }

  async #takeShard(): Promise<boolean> {
    const { store, shard, owner, leaseMs, exclusive, effects } = this.#settings;
    const replica = this.#replica;
    await catchUp(this.#source(), replica, () => !this.#stopping);
    if (this.#stopping) return false;
    const request = { shard, owner, leaseMs, exclusive };
    const calledAtMs = effects.clock.nowMs();
    const head = await this.#call("taking the shard", store.acquire(request));
    if (head === null) return false;
    const term: Term = { ownership: { shard, owner, epoch: head.epoch } };
    this.#term = term;
    this.#renewedAtMs = calledAtMs;
    try {
      await catchUp(this.#source(), replica, () => !this.#stopping);
      await verifyHead(this.#source(), replica, head);
      await this.#settings.beforeOwning();
    } catch (error) {
      if (this.#term === term) this.#term = null;
      // Whoever took the shard since has written what does not fit here: that is no damage.
      if (error instanceof LogDamagedError && await this.#isTakenSince(head.epoch)) return false;
      await this.#release(term.ownership);
      throw error;
    }
    if (this.#term !== term || this.#stopping) return false;
    this.#useReplica(replica);
    this.#beginGrace();
    this.#setRole("owner");
    this.#owned.resolve();
    return true;
  }

  async #isTakenSince(epoch: bigint): Promise<boolean> {
    const { store, shard } = this.#settings;
    const head = await this.#call("reading the head", store.readHead(shard));
    return head?.epoch !== epoch;
  }

  /** What ended while nobody owned the shard may be settled by reports that are still on their way. */
  #beginGrace(): void {
    const { domain, expiryGraceMs } = this.#settings;
    const ownedAtMs = decisionTime(this.#deciding());
    const isDue = domain.due(this.#replica.state, ownedAtMs, 1).length > 0;
    this.#dueFromMs = isDue ? ownedAtMs + expiryGraceMs : 0;
  }

  #demote(why: string): void {
    this.#log("warn", "writer_fenced", new Error(why));
    this.#endTerm(why);
    if (this.#role !== "owner") return;
    this.#setRole("standby");
    this.#following = this.#follow();
  }

  #fail(error: Error): void {
    this.#log("error", "writer_log_damaged", error);
    const ownership = this.#term?.ownership;
    this.#endTerm("the ledger's log is damaged");
    this.#failure = error;
    this.#setRole("failed");
    this.#ticker?.cancel();
    this.#owned.reject(error);
    if (ownership !== undefined) void this.#release(ownership);
  }

  /** Makes everything under way void: nobody here may decide or commit any more. */
  #endTerm(why: string): void {
    this.#term = null;
    this.#reloading = false;
    this.#inFlight?.done.resolve(false);
    this.#open.done.resolve(false);
    for (const operation of this.#pending.values()) {
      answerUnavailable(operation, unavailable(why, 500));
    }
    this.#pending.clear();
    this.#waiting = [];
    if (this.#role === "owner") this.#useReplica(createReplica(this.#settings.domain));
  }

  async #release(ownership: Ownership): Promise<void> {
    try {
      await this.#call("releasing the shard", this.#settings.store.release(ownership));
    } catch (error) {
      this.#log("warn", "writer_release_failed", error);
    }
  }

  #drop(operation: Operation, why: string): void {
    if (this.#pending.get(operation.operationId) === operation) {
      this.#pending.delete(operation.operationId);
    }
    answerUnavailable(operation, unavailable(why));
  }

  #source() {
    const { store, domain, shard } = this.#settings;
    const within = <T>(what: string, call: Promise<T>) => this.#call(what, call);
    return { store, domain, shard, within };
  }

  #call<T>(what: string, promise: Promise<T>): Promise<T> {
    const { effects, callTimeoutMs } = this.#settings;
    return within(effects.timers, { what, ms: callTimeoutMs }, promise);
  }

  #setRole(role: WriterRole): void {
    if (this.#role === role) return;
    this.#role = role;
    this.#settings.log.info("writer_role", { shard: this.#settings.shard, role });
    try {
      this.#settings.onRole(role);
    } catch (error) {
      this.#log("error", "writer_on_role_failed", error);
    }
  }

  #log(level: "warn" | "error", event: string, error?: unknown, operationId?: string): void {
    this.#settings.log[level](event, {
      shard: this.#settings.shard,
      ...(operationId === undefined ? {} : { operationId }),
      ...(error === undefined
        ? {}
        : { error: error instanceof Error ? error : new Error(String(error)) }),
    });
  }
}

function invalid({ type }: CommandEnvelope, error: unknown): CommandReply {
  const what = error instanceof Error ? error.message : String(error);
  return {
    status: "rejected",
    rejection: { code: "invalid_command", message: `${type}: ${what}`, details: {} },
  };
}
