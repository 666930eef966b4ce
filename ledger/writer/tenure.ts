/** Following a shard, taking it, keeping it, and losing it. @module */
import type { Ownership } from "../store/mod.ts";
import { catchUp, LogDamagedError, verifyHead } from "./catch_up.ts";
import type { Term, WriterContext } from "./context.ts";
import { type WriterRole, WriterUnavailableError } from "./options.ts";
import type { Pipeline } from "./pipeline.ts";

/** Why nobody may rely on this process any more once its lease has run out. */
export const LAPSED = "the lease could not be renewed";

/** Whose the shard is, as far as this process can know. */
export class Tenure<State> {
  #role: WriterRole = "idle";
  #failure: Error | null = null;
  #term: Term | null = null;
  #renewedAtMs = 0;
  #renewing = false;
  #stopping = false;
  #following: Promise<void> | null = null;
  readonly #owned = Promise.withResolvers<void>();

  constructor(
    private readonly context: WriterContext<State>,
    private readonly pipeline: Pipeline<State>,
    /** Called when the log turned out to be damaged. */
    private readonly onFailed: () => void,
  ) {
    // Whoever only follows does not ask for this promise.
    this.#owned.promise.catch(() => {});
  }

  get role(): WriterRole {
    return this.#role;
  }

  get term(): Term | null {
    return this.#term;
  }

  get failure(): Error | null {
    return this.#failure;
  }

  /** Resolves when the shard is owned for the first time; rejects when it never will be. */
  get owned(): Promise<void> {
    return this.#owned.promise;
  }

  /** Begins to follow the log, and takes the shard as soon as it is free. */
  follow(): void {
    this.#setRole("standby");
    this.#following = this.#follow();
  }

  /** Whether the shard may be another's by now: nothing here is sure to be true any more. */
  isLapsed(): boolean {
    const { effects, leaseMs } = this.context.settings;
    return effects.clock.nowMs() - this.#renewedAtMs >= leaseMs;
  }

  /** Takes note that a call which prolonged the lease was begun at this time. */
  renewed(calledAtMs: number): void {
    this.#renewedAtMs = calledAtMs;
  }

  /** Renews the lease when a quarter of it is over, and steps down when all of it is. */
  tick(nowMs: number): void {
    if (this.#term === null) return;
    if (this.isLapsed()) return this.demote(LAPSED);
    // A clock that stepped back tells nothing about the lease's age.
    const ageMs = Math.abs(nowMs - this.#renewedAtMs);
    if (ageMs >= this.context.settings.leaseMs / 4) void this.#renew(this.#term);
  }

  /** Steps down: the shard is another's, or may be. An owner follows from then on. */
  demote(why: string): void {
    this.context.report("warn", "writer_fenced", new Error(why));
    this.#endTerm(why);
    if (this.#role !== "owner") return;
    this.#setRole("standby");
    this.#following = this.#follow();
  }

  /** Stops for good at a log that contradicts itself: a person must look. */
  fail(error: Error): void {
    this.context.report("error", "writer_log_damaged", error);
    const ownership = this.#term?.ownership;
    this.#endTerm("the ledger's log is damaged");
    this.#failure = error;
    this.#setRole("failed");
    this.onFailed();
    this.#owned.reject(error);
    if (ownership !== undefined) void this.#release(ownership);
  }

  /** Takes the shard no more. */
  beginStopping(): void {
    this.#stopping = true;
  }

  /** Gives the shard up. */
  async stop(): Promise<void> {
    await this.#following;
    const ownership = this.#term?.ownership;
    this.#endTerm("the ledger is stopping");
    this.#setRole("stopped");
    this.#owned.reject(new WriterUnavailableError("the writer was stopped"));
    if (ownership !== undefined) await this.#release(ownership);
  }

  async #follow(): Promise<void> {
    const { effects, tickMs } = this.context.settings;
    while (!this.#stopping && this.#role === "standby") {
      try {
        if (await this.#takeShard()) return;
      } catch (error) {
        if (error instanceof LogDamagedError) return this.fail(error);
        this.context.report("warn", "writer_follow_retried", error);
      }
      await effects.timers.sleep(tickMs);
    }
  }

  async #takeShard(): Promise<boolean> {
    const { store, shard, owner, leaseMs, exclusive, effects } = this.context.settings;
    const { source, call } = this.context;
    const { replica } = this.pipeline.desk;
    await catchUp(source, replica, () => !this.#stopping);
    if (this.#stopping) return false;
    const request = { shard, owner, leaseMs, exclusive };
    const calledAtMs = effects.clock.nowMs();
    const head = await call("taking the shard", store.acquire(request));
    if (head === null) return false;
    const term: Term = { ownership: { shard, owner, epoch: head.epoch } };
    this.#term = term;
    this.#renewedAtMs = calledAtMs;
    try {
      await catchUp(source, replica, () => !this.#stopping);
      await verifyHead(source, replica, head);
      await this.context.settings.beforeOwning();
    } catch (error) {
      if (this.#term === term) this.#term = null;
      // Whoever took the shard since has written what does not fit here: that is no damage.
      if (error instanceof LogDamagedError && await this.#isTakenSince(head.epoch)) return false;
      await this.#release(term.ownership);
      throw error;
    }
    if (this.#term !== term || this.#stopping) return false;
    this.pipeline.begin(term, replica);
    this.#setRole("owner");
    this.#owned.resolve();
    return true;
  }

  async #isTakenSince(epoch: bigint): Promise<boolean> {
    const { store, shard } = this.context.settings;
    const head = await this.context.call("reading the head", store.readHead(shard));
    return head?.epoch !== epoch;
  }

  async #renew(term: Term): Promise<void> {
    if (this.#renewing || this.pipeline.isCommitting) return;
    this.#renewing = true;
    const { store, leaseMs, effects } = this.context.settings;
    const { ownership } = term;
    const startedAtMs = effects.clock.nowMs();
    try {
      const renewed = await this.context.call(
        "renewing the lease",
        store.renew(ownership, leaseMs),
      );
      if (this.#term !== term) return;
      if (renewed) this.#renewedAtMs = startedAtMs;
      // A commit may have taken a new epoch in between, and learns by itself when it is fenced.
      else if (!this.pipeline.isCommitting && term.ownership.epoch === ownership.epoch) {
        this.demote("another ledger owns the shard now");
      }
    } catch (error) {
      this.context.report("warn", "writer_renewal_failed", error);
    } finally {
      this.#renewing = false;
    }
  }

  #endTerm(why: string): void {
    this.#term = null;
    this.pipeline.end(why);
  }

  async #release(ownership: Ownership): Promise<void> {
    try {
      const { store } = this.context.settings;
      await this.context.call("releasing the shard", store.release(ownership));
    } catch (error) {
      this.context.report("warn", "writer_release_failed", error);
    }
  }

  #setRole(role: WriterRole): void {
    if (this.#role === role) return;
    this.#role = role;
    const { log, shard, onRole } = this.context.settings;
    log.info("writer_role", { shard, role });
    try {
      onRole(role);
    } catch (error) {
      this.context.report("error", "writer_on_role_failed", error);
    }
  }
}
