/** Where commands are decided, one by one, into the batch that the next append writes. @module */
import { commandHash } from "../integrity/mod.ts";
import {
  createBatch,
  decideInto,
  type Deciding,
  decisionTime,
  type PendingBatch,
} from "./batch.ts";
import type { WriterContext } from "./context.ts";
import { createOperation, type Operation } from "./operations.ts";
import { createReplica, type Replica } from "./replica.ts";
import type { UnderWay } from "./under_way.ts";

// Below this an append costs more than the overlap gains.
const LEAST_SHARE = 16;

/** What a desk needs of the pipeline that it feeds. */
export interface DeskHooks {
  /** Whether a batch is being committed. */
  isCommitting(): boolean;
  /** One more operation was decided; `full` when the batch should go as soon as it can. */
  onDecided(full: boolean): void;
  /** The state took a part of something in: only the log says what is true. */
  onBroken(): void;
}

/** The replica that is decided on, the open batch, and what waits for room in it. */
export class Desk<State> {
  #replica: Replica<State>;
  /** Decided, waiting for the append in flight. */
  #open: PendingBatch;
  /** Not yet decided, because the open batch is full or the desk is closed. */
  #waiting: Operation[] = [];
  #isClosed = false;
  /** A look at what is due found the open batch full. */
  #dueSkipped = false;
  /** Before this nothing falls due, in epoch milliseconds. */
  #dueFromMs = 0;

  constructor(
    private readonly context: WriterContext<State>,
    private readonly underWay: UnderWay,
    private readonly hooks: DeskHooks,
  ) {
    this.#replica = createReplica(context.settings.domain);
    this.#open = createBatch(this.#replica);
  }

  get replica(): Replica<State> {
    return this.#replica;
  }

  get open(): PendingBatch {
    return this.#open;
  }

  /** Whether commands only wait, because the state is being built anew. */
  get isClosed(): boolean {
    return this.#isClosed;
  }

  /** A look at what is due was cut short by a full batch since the last complete one. */
  get dueSkipped(): boolean {
    return this.#dueSkipped;
  }

  /** Goes on with another replica and an empty batch. */
  use(replica: Replica<State>): void {
    this.#replica = replica;
    this.#open = createBatch(replica);
  }

  /**
   * What ended while nobody owned the shard may be settled by reports that are still on their way:
   * when something is due at once, nothing falls due for `expiryGraceMs`.
   */
  beginGrace(): void {
    const { domain, expiryGraceMs } = this.context.settings;
    const nowMs = decisionTime(this.#deciding());
    const isDue = domain.due(this.#replica.state, nowMs, 1).length > 0;
    this.#dueFromMs = isDue ? nowMs + expiryGraceMs : 0;
  }

  /** Decides an operation now, or when there is room. */
  admit(operation: Operation, nowMs = decisionTime(this.#deciding())): void {
    if (this.#isClosed || this.#isFull()) {
      this.#waiting.push(operation);
      return;
    }
    this.#decide(operation, nowMs);
    this.hooks.onDecided(this.#open.decided.length >= this.#share());
  }

  /** Hands the open batch over and begins another. */
  takeBatch(): PendingBatch {
    const batch = this.#open;
    this.#open = createBatch(this.#replica);
    return batch;
  }

  /** Decides what waits for room. */
  drainWaiting(): void {
    const operations = this.#waiting;
    this.#waiting = [];
    for (const operation of operations) {
      if (!this.underWay.isCurrent(operation)) continue;
      // Nobody waits any more, and nothing was decided.
      if (operation.waiters.length === 0) this.underWay.drop(operation, "nobody waits for it");
      else this.admit(operation);
    }
  }

  /** Lets everything wait, `first` before what is in the open batch, to be decided anew. */
  close(first: readonly Operation[] = []): void {
    this.#isClosed = true;
    const { decided, done } = this.takeBatch();
    done.resolve(false);
    this.#waiting = [...first, ...decided.map(({ operation }) => operation), ...this.#waiting];
  }

  /** Decides again, on a replica that has caught up with the log. */
  reopen(replica: Replica<State>): void {
    this.use(replica);
    this.#isClosed = false;
    this.drainWaiting();
  }

  /** Forgets what was decided and what waits: the shard is not ours any more. */
  clear(): void {
    this.#isClosed = false;
    this.#open.done.resolve(false);
    this.#waiting = [];
  }

  /** Decides what has fallen due, as far as there is room. */
  decideDue(): void {
    this.#dueSkipped = false;
    const { domain, maxDue } = this.context.settings;
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
      if (operationId === null || this.underWay.has(operationId)) continue;
      const bodyHash = commandHash(command.type, command.body);
      const operation = createOperation(
        { operationId, actor: "system:ledger", occurredAtMs: nowMs },
        { command, bodyHash, own: true },
      );
      this.underWay.add(operation);
      // At the time that made it due: were the clock read again, it could have stepped back.
      this.admit(operation, nowMs);
      if (this.#isClosed) return;
    }
  }

  /** Under which id a hold expires, or null when it did. */
  #expiryId(requestId: string, nowMs: number): string | null {
    const operationId = `expire:${requestId}`;
    const before = this.underWay.replyOf(operationId);
    if (before === undefined) return operationId;
    // Somebody asked too early, and that answer stays under this id for good.
    return before.status === "accepted" ? null : `${operationId}:${nowMs}`;
  }

  #isFull(): boolean {
    const most = this.hooks.isCommitting() ? this.#share() : this.context.settings.maxBatch;
    return this.#open.decided.length >= most;
  }

  /**
   * Half of what is under way, so that when many clients move in step one half is decided while the
   * other is being committed, and neither waits for the other.
   */
  #share(): number {
    const half = Math.ceil(this.underWay.size / 2);
    return Math.min(this.context.settings.maxBatch, Math.max(LEAST_SHARE, half));
  }

  #decide(operation: Operation, nowMs: number): void {
    const before = this.#replica.position;
    try {
      const taken = decideInto(this.#deciding(), this.#open, { operation, nowMs });
      if (!taken) this.underWay.drop(operation, "the ledger did not do this by itself: ask again");
    } catch (error) {
      this.context.report("error", "writer_decision_failed", error, operation.operationId);
      this.underWay.drop(operation, "the ledger failed to decide this command");
      if (this.#replica.position !== before) this.hooks.onBroken();
    }
  }

  #deciding(): Deciding<State> {
    const { domain, shard, effects } = this.context.settings;
    return { domain, replica: this.#replica, shard, effects };
  }
}
