/** Deciding and committing side by side: while one batch is appended, the next one is decided. @module */
import type { PendingBatch } from "./batch.ts";
import { catchUp, LogDamagedError } from "./catch_up.ts";
import { commitBatch, type CommitResult } from "./commit.ts";
import type { Term, WriterContext } from "./context.ts";
import { Desk } from "./desk.ts";
import { createReplica, type Replica } from "./replica.ts";
import type { UnderWay } from "./under_way.ts";

/** What a pipeline needs of the writer that it works for. */
export interface PipelineHooks {
  /** A call that prolonged the lease was begun at this time, in epoch milliseconds. */
  onRenewed(calledAtMs: number): void;
  /** There is room again for what a look at what is due had to leave out. */
  onRoomForDue(): void;
  /** False once the writer waits for nothing any more. */
  mayGoOn(): boolean;
  /** Another ledger owns the shard. */
  onLost(): void;
  /** The log contradicts itself. */
  onDamaged(error: LogDamagedError): void;
}

/** The way of a command from its decision to its answer, within one term. */
export class Pipeline<State> {
  readonly desk: Desk<State>;
  #term: Term | null = null;
  #inFlight: PendingBatch | null = null;
  #committedPosition = 0n;
  #flushScheduled = false;
  #reloading = false;

  constructor(
    private readonly context: WriterContext<State>,
    private readonly underWay: UnderWay,
    private readonly hooks: PipelineHooks,
  ) {
    this.desk = new Desk(context, underWay, {
      isCommitting: () => this.#inFlight !== null,
      onDecided: (full) => full ? this.#flush() : this.#scheduleFlush(),
      onBroken: () => void this.#reload(),
    });
  }

  /** Of the last event that is known to be in the log. */
  get committedPosition(): bigint {
    return this.#committedPosition;
  }

  get isCommitting(): boolean {
    return this.#inFlight !== null;
  }

  /** The batch that the state may rest on and that is not in the log yet, or null. */
  get restsOn(): PendingBatch | null {
    return this.desk.open.events.length > 0 ? this.desk.open : this.#inFlight;
  }

  /** Works for a term, from a replica that has caught up with the log. */
  begin(term: Term, replica: Replica<State>): void {
    this.#term = term;
    this.#use(replica);
    this.desk.beginGrace();
  }

  /** Makes everything under way void: nobody here may decide or commit any more. */
  end(why: string): void {
    this.#reloading = false;
    this.#inFlight?.done.resolve(false);
    this.desk.clear();
    this.underWay.dropAll(why);
    if (this.#term !== null) this.#use(createReplica(this.context.settings.domain));
    this.#term = null;
  }

  #use(replica: Replica<State>): void {
    this.#committedPosition = replica.position;
    this.#inFlight = null;
    this.desk.use(replica);
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
    if (this.#inFlight !== null || this.desk.isClosed || term === null) return;
    if (this.desk.open.decided.length === 0) return;
    const batch = this.desk.takeBatch();
    this.#inFlight = batch;
    void this.#commit(batch, term);
  }

  async #commit(batch: PendingBatch, term: Term): Promise<void> {
    const result = await this.#append(batch, term);
    if (this.#term !== term) return;
    if (result.status === "lost") return this.hooks.onLost();
    if (result.status === "damaged") return this.hooks.onDamaged(result.error);
    if (result.status === "stopped") return;
    term.ownership = result.ownership;
    // From here on the lease is renewed by itself again, however long a reload takes.
    this.#inFlight = null;
    switch (result.status) {
      case "committed":
        this.underWay.rememberStored(result.stored);
        return this.#goOn(this.#settle(batch), term);
      case "decided_before":
        this.underWay.rememberStored(result.stored);
        break;
      case "refused":
        this.context.report("error", "writer_batch_refused", result.error);
        for (const { operation } of batch.decided) {
          this.underWay.drop(operation, "the ledger could not record this command");
        }
        break;
      default:
        return result satisfies never;
    }
    const again = batch.decided.map(({ operation }) => operation)
      .filter((operation) => this.underWay.isCurrent(operation));
    this.desk.close(again);
    batch.done.resolve(false);
    await this.#reload();
  }

  async #append(batch: PendingBatch, term: Term): Promise<CommitResult> {
    const { store, effects, leaseMs, callTimeoutMs } = this.context.settings;
    const committing = {
      store,
      effects,
      leaseMs,
      callTimeoutMs,
      onRenewed: (calledAtMs: number) => {
        if (this.#term === term) this.hooks.onRenewed(calledAtMs);
      },
      mayGoOn: () => this.#term === term && this.hooks.mayGoOn(),
      onRetry: (error: unknown) => this.context.report("warn", "writer_commit_retried", error),
    };
    const { ownership } = term;
    try {
      return await commitBatch(committing, batch, { replica: this.desk.replica, ownership });
    } catch (error) {
      return { status: "refused", ownership, error };
    }
  }

  /** Takes note of a committed batch. Returns what answers its clients. */
  #settle(batch: PendingBatch): () => void {
    const { shard, onCommitted } = this.context.settings;
    const answers: (() => void)[] = [];
    for (const { operation, reply } of batch.decided) {
      if (batch.storedAlready.has(operation.operationId)) continue;
      answers.push(this.underWay.settle(operation, reply));
    }
    const position = batch.afterPosition + BigInt(batch.events.length);
    this.#committedPosition = position;
    batch.done.resolve(true);
    try {
      onCommitted({ shard, position, events: batch.placed });
    } catch (error) {
      this.context.report("error", "writer_on_committed_failed", error);
    }
    return () => {
      for (const one of answers) one();
    };
  }

  /** Begins the next append, and then answers. */
  #goOn(answers: () => void, term: Term): void {
    this.#flush();
    // Under load every tick may find a full batch: holds go before the commands that wait.
    if (this.desk.dueSkipped) this.hooks.onRoomForDue();
    const answerAndDecide = () => {
      answers();
      if (this.#term === term) this.desk.drainWaiting();
    };
    if (this.#inFlight === null) return answerAndDecide();
    // Answered clients come back with their next commands in this very turn. The append that was
    // just begun reaches the database first, so that deciding and committing overlap.
    this.context.settings.effects.timers.after(0, answerAndDecide);
  }

  /** Throws the state away, builds it from the log, and decides anew whatever still waits. */
  async #reload(): Promise<void> {
    const term = this.#term;
    if (this.#reloading || term === null) return;
    this.#reloading = true;
    const { domain, effects, tickMs } = this.context.settings;
    if (!this.desk.isClosed) this.desk.close();
    // An append in flight may yet be in the log, where the replay must find it.
    await this.#inFlight?.done.promise;
    const replica = createReplica(domain);
    while (this.#term === term && this.hooks.mayGoOn()) {
      try {
        await catchUp(this.context.source, replica, () => this.#term === term);
        break;
      } catch (error) {
        if (error instanceof LogDamagedError) return this.hooks.onDamaged(error);
        this.context.report("warn", "writer_reload_retried", error);
        await effects.timers.sleep(tickMs);
      }
    }
    if (this.#term !== term) return;
    this.#reloading = false;
    this.#committedPosition = replica.position;
    this.desk.reopen(replica);
    this.#flush();
  }
}
