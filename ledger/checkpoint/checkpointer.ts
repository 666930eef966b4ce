/** Signing a shard's log while this process owns it, and carrying the checkpoints outside. @module */
import type { CommandEnvelope, CommandReply } from "../../shared/commands/mod.ts";
import type { Effects, TimerHandle } from "../../shared/effects.ts";
import type { JsonObject } from "../../shared/json.ts";
import type { Log } from "../../shared/log.ts";
import type { EventStore, Ownership } from "../store/mod.ts";
import type { CheckpointStore, KeptCheckpoint } from "./checkpoint_store.ts";
import { createDelivery, type Delivery } from "./delivery.ts";
import { type FrameTree, isInTree, openFrameTree } from "./frame_tree.ts";
import { bringIntoForce, type CheckpointKeys } from "./key_in_force.ts";
import { signCheckpoint } from "./note.ts";
import type { CheckpointPlace } from "./places/place.ts";
import type { KeyInForce } from "./signing.ts";

/** How the checkpoints of a shard are signed and kept. */
export interface Checkpointing {
  /** `<log name>/shard-<shard>`. */
  readonly origin: string;
  readonly keys: CheckpointKeys;
  /** From one checkpoint to the next, at least; milliseconds. */
  readonly intervalMs: number;
  readonly checkpoints: CheckpointStore;
  readonly places: readonly CheckpointPlace[];
  /** Whether a shard may be run although the database has checkpoints and no place has one. */
  readonly unverifiedStart: boolean;
}

/** What signing a shard takes. */
export interface CheckpointerOptions extends Checkpointing {
  readonly shard: number;
  readonly store: EventStore;
  readonly effects: Effects;
  readonly log: Log;
  /** Null while the shard is not this process's. */
  ownership(): Ownership | null;
  /** Of the last event in the log; what the owner knows. */
  committedPosition(): bigint;
  /** The key in force by the committed log. */
  keyInForce(): Promise<KeyInForce | null>;
  submit(envelope: CommandEnvelope): Promise<CommandReply>;
}

/** Signs and delivers for as long as it runs. */
export interface Checkpointer {
  start(): void;
  /** Begins nothing new; resolves when what is in hand has ended. */
  stop(): Promise<void>;
  /** The newest checkpoint, what is not covered yet, and how each place is doing. */
  status(): Promise<JsonObject>;
  /** Why nothing is signed or a place is behind; null when all is well. */
  problem(): string | null;
}

const LOOK_MS = 100;
const STOP_MS = 3_000;
const LONGEST_RETRY_MS = 30_000;

/** Builds it; nothing happens until it is started. */
export function createCheckpointer(options: CheckpointerOptions): Checkpointer {
  return new ShardCheckpointer(options);
}

class ShardCheckpointer implements Checkpointer {
  readonly #options: CheckpointerOptions;
  readonly #delivery: Delivery;
  #looking: TimerHandle | null = null;
  #working: Promise<void> | null = null;
  #stopped = false;
  #tree: FrameTree | null = null;
  #newest: KeptCheckpoint | null = null;
  /** Whether `#newest` is what the database has, read under this stretch of ownership. */
  #known = false;
  /** Whether the process's key was found or put in force under this stretch of ownership. */
  #keyed = false;
  #failures = 0;
  #notBeforeMs = 0;
  #problem: string | null = null;
  #uncoveredSinceMs: number | null = null;

  constructor(options: CheckpointerOptions) {
    this.#options = options;
    const { shard, checkpoints } = options;
    this.#delivery = createDelivery({
      ...options,
      isOfLog: (checkpoint) => isInTree(checkpoints, shard, checkpoint),
    });
  }

  start(): void {
    this.#looking ??= this.#options.effects.timers.every(LOOK_MS, () => this.#look());
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.#looking?.cancel();
    const { timers } = this.#options.effects;
    const deadline = Promise.withResolvers<void>();
    const timer = timers.after(STOP_MS, deadline.resolve);
    await Promise.race([this.#finish(), deadline.promise]);
    timer.cancel();
    await this.#delivery.stop();
  }

  /** Signs what is not covered yet, so that a clean end leaves nothing uncovered. */
  async #finish(): Promise<void> {
    await this.#working;
    const owned = this.#options.ownership();
    if (owned === null || !this.#known || !this.#hasNews()) return;
    await this.#work(owned).catch((error) => this.#failed(error));
  }

  problem(): string | null {
    return this.#problem ?? this.#delivery.problem();
  }

  async status(): Promise<JsonObject> {
    const { shard, origin, keys, checkpoints } = this.#options;
    const newest = this.#known ? this.#newest : await checkpoints.newest(shard);
    return {
      origin,
      publicKey: keys.current.publicKey,
      frames: newest?.frames ?? 0,
      position: (newest?.position ?? 0n).toString(),
      signedAtMs: newest?.signedAtMs ?? null,
      uncoveredSinceMs: this.#uncoveredSinceMs,
      problem: this.problem(),
      places: this.#delivery.status(),
    };
  }

  #look(): void {
    const { ownership, effects } = this.#options;
    if (this.#working !== null || this.#stopped) return;
    const owned = ownership();
    if (owned === null) return this.#forget();
    const nowMs = effects.clock.nowMs();
    if (!this.#hasNews()) this.#uncoveredSinceMs = null;
    else this.#uncoveredSinceMs ??= nowMs;
    if (this.#known) this.#delivery.offer(this.#newest);
    if (nowMs < this.#notBeforeMs || (this.#known && this.#keyed && !this.#hasNews())) return;
    this.#notBeforeMs = nowMs + this.#options.intervalMs;
    this.#working = this.#work(owned)
      .then(() => this.#succeeded(), (error) => this.#failed(error))
      .finally(() => this.#working = null);
  }

  #hasNews(): boolean {
    return this.#options.committedPosition() > (this.#newest?.position ?? 0n);
  }

  async #work(owned: Ownership): Promise<void> {
    const { shard, store, checkpoints } = this.#options;
    if (!this.#known) this.#newest = await checkpoints.newest(shard);
    this.#known = true;
    // Even without news: a key that was given at a restart is put in force by it.
    const key = await bringIntoForce(this.#options);
    this.#keyed = true;
    if (!this.#hasNews()) return;
    const tree = this.#tree ?? await openFrameTree({ shard, store, checkpoints });
    // Kept only once it is whole again: after a failure it is opened anew.
    this.#tree = null;
    await tree.catchUp(() => this.#options.ownership() !== null);
    this.#tree = tree;
    if (this.#options.ownership() === null) return;
    await this.#sign(owned, tree, key);
  }

  async #sign(owned: Ownership, tree: FrameTree, key: KeyInForce): Promise<void> {
    const { shard, origin, keys, checkpoints, effects } = this.#options;
    const frame = tree.last();
    if (frame === null || tree.size() <= (this.#newest?.frames ?? 0)) return;
    const position = frame.firstPosition + BigInt(frame.count) - 1n;
    // The log read here may end before the event that put the key in force only by a mistake.
    if (position < key.position) throw new Error(`the log ends at ${position}, before its key`);
    const note = signCheckpoint({
      origin,
      frames: tree.size(),
      root: tree.root(),
      position,
      frameHash: frame.hash,
      recordedAtMs: frame.recordedAtMs,
    }, keys.current);
    const signed = { frames: tree.size(), position, note, signedAtMs: effects.clock.nowMs() };
    switch (await checkpoints.keep(owned, signed)) {
      case "kept":
        this.#newest = { ...signed, shard, epoch: owned.epoch };
        this.#delivery.offer(this.#newest);
        return;
      case "exists":
        this.#newest = await checkpoints.newest(shard);
        return;
      case "fenced":
        // Another ledger's shard, or this one's under a newer epoch: the next look knows.
        return this.#forget();
    }
  }

  #forget(): void {
    this.#tree = null;
    this.#newest = null;
    this.#known = false;
    this.#keyed = false;
    this.#uncoveredSinceMs = null;
    this.#problem = null;
    this.#delivery.offer(null);
  }

  #succeeded(): void {
    this.#failures = 0;
    this.#problem = null;
  }

  #failed(error: unknown): void {
    const { shard, intervalMs, effects, log } = this.#options;
    this.#failures += 1;
    const waitMs = Math.min(intervalMs * 2 ** Math.min(this.#failures, 16), LONGEST_RETRY_MS);
    this.#notBeforeMs = effects.clock.nowMs() + waitMs;
    const problem = error instanceof Error ? error : new Error(String(error));
    this.#problem = `no checkpoint could be signed: ${problem.message}`;
    log.warn("checkpoint_failed", { shard, retryAfterMs: waitMs, error: problem });
  }
}
