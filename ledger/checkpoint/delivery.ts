/** Bringing the newest checkpoint to each place, again and again until it is there. @module */
import type { Effects } from "../../shared/effects.ts";
import type { JsonObject } from "../../shared/json.ts";
import type { Log } from "../../shared/log.ts";
import type { KeptCheckpoint } from "./checkpoint_store.ts";
import type { Checkpoint } from "./note.ts";
import type { CheckpointPlace } from "./places/place.ts";

/** What delivering takes. */
export interface DeliveryOptions {
  readonly shard: number;
  readonly places: readonly CheckpointPlace[];
  /** Whether the shard's tree has what a checkpoint says. */
  readonly isOfLog: (checkpoint: Checkpoint) => Promise<boolean>;
  readonly effects: Effects;
  readonly log: Log;
}

/** Every place gets what was offered last; one that is slow or away holds no other up. */
export interface Delivery {
  /** What the places should have; null: nothing is to be delivered any more. */
  offer(newest: KeptCheckpoint | null): void;
  /** Each place with what it has. */
  status(): JsonObject[];
  /** The first place that failed last time, and why; null when all is well. */
  problem(): string | null;
  /** Delivers what was offered once more where nothing is under way, and waits, but not for long. */
  stop(): Promise<void>;
}

const RETRY_MS = 1_000;
const LONGEST_RETRY_MS = 30_000;
const LATE_MS = 10_000;
const STOP_MS = 3_000;

interface Target {
  readonly place: CheckpointPlace;
  delivered: KeptCheckpoint | null;
  deliveredAtMs: number | null;
  problem: string | null;
  failures: number;
  notBeforeMs: number;
  writing: Promise<void> | null;
}

/** Nothing is delivered until something is offered. */
export function createDelivery(
  { shard, places, isOfLog, effects, log }: DeliveryOptions,
): Delivery {
  const { clock, timers } = effects;
  const targets = places.map((place): Target => ({
    place,
    delivered: null,
    deliveredAtMs: null,
    problem: null,
    failures: 0,
    notBeforeMs: 0,
    writing: null,
  }));
  let wanted: KeptCheckpoint | null = null;

  const write = async (target: Target, checkpoint: KeptCheckpoint) => {
    const late = Promise.withResolvers<never>();
    const timer = timers.after(
      LATE_MS,
      () => late.reject(new Error(`no answer within ${LATE_MS} ms`)),
    );
    try {
      // One that is given up may still come to its end: what it writes is true as well.
      await Promise.race([target.place.write(checkpoint, isOfLog), late.promise]);
      target.delivered = checkpoint;
      target.deliveredAtMs = clock.nowMs();
      target.problem = null;
      target.failures = 0;
    } catch (error) {
      const problem = error instanceof Error ? error : new Error(String(error));
      target.problem = problem.message;
      target.failures += 1;
      const waitMs = Math.min(RETRY_MS * 2 ** Math.min(target.failures, 16), LONGEST_RETRY_MS);
      target.notBeforeMs = clock.nowMs() + waitMs;
      const { name } = target.place;
      log.warn("checkpoint_place_failed", {
        shard,
        place: name,
        retryAfterMs: waitMs,
        error: problem,
      });
    } finally {
      timer.cancel();
      target.writing = null;
    }
  };
  const pump = (target: Target) => {
    if (wanted === null || target.writing !== null) return;
    if (target.delivered !== null && target.delivered.frames >= wanted.frames) return;
    if (clock.nowMs() < target.notBeforeMs) return;
    target.writing = write(target, wanted);
  };

  return {
    offer(newest) {
      wanted = newest;
      for (const target of targets) pump(target);
    },
    status: () =>
      targets.map(({ place, delivered, deliveredAtMs, problem }) => ({
        name: place.name,
        frames: delivered?.frames ?? null,
        writtenAtMs: deliveredAtMs,
        problem,
      })),
    problem() {
      const failed = targets.find(({ problem }) => problem !== null);
      return failed === undefined
        ? null
        : `checkpoints do not reach ${failed.place.name}: ${failed.problem}`;
    },
    async stop() {
      const deadline = Promise.withResolvers<void>();
      const timer = timers.after(STOP_MS, deadline.resolve);
      const finish = async (target: Target) => {
        await target.writing;
        pump(target);
        await target.writing;
      };
      await Promise.race([Promise.all(targets.map(finish)), deadline.promise]);
      timer.cancel();
    },
  };
}
