/** Whether a shard may be run: nothing signed contradicts its log, and something outside says so. @module */
import type { Clock, TimerHandle } from "../../shared/effects.ts";
import { LogDamagedError } from "../writer/mod.ts";
import { compareWithCheckpoints, type Comparison, refusal } from "./comparison.ts";
import type { CheckpointPlace } from "./places/place.ts";

/** What checking takes. */
export interface LogCheckOptions extends Comparison {
  readonly clock: Clock;
  /** Whether the shard may be run although no place has a checkpoint of it. */
  readonly unverifiedStart: boolean;
  /** Told when a place that could not be read at first contradicts the log. */
  readonly onContradiction: (error: LogDamagedError) => void;
}

/** Checks a shard's log whenever it is taken. */
export interface LogCheck {
  /**
   * Resolves when the shard may be run; places that could not be read are read again every 5 s from
   * then on. Rejects with LogDamagedError when it may not, and with another error when it is to be
   * tried again: for 30 s while no place has a checkpoint, and when the database is away.
   */
  run(): Promise<void>;
  /** Reads no place any more. */
  stop(): void;
}

const PATIENCE_MS = 30_000;
const FORGET_MS = 10_000;
const AGAIN_MS = 5_000;

/** Builds it; nothing happens until it is run. */
export function createLogCheck(options: LogCheckOptions): LogCheck {
  const { shard, clock, timers, log, unverifiedStart, onContradiction } = options;
  let waiting: { readonly sinceMs: number; readonly lastMs: number } | null = null;
  let again: TimerHandle | null = null;
  /** The latest run; whatever an earlier one began is over. */
  let current = 0;

  const stop = () => {
    current += 1;
    again?.cancel();
  };
  const assertPatience = () => {
    const nowMs = clock.nowMs();
    // Another ledger may have had the shard in between.
    const sinceMs = waiting === null || nowMs - waiting.lastMs > FORGET_MS
      ? nowMs
      : waiting.sinceMs;
    waiting = { sinceMs, lastMs: nowMs };
    const what = "no checkpoint was found outside the database, which says that there were some: " +
      "make a checkpoint directory or NATS readable that has them, or set " +
      "SARGALAY_CHECKPOINT_UNVERIFIED_START=yes for one start";
    if (nowMs - sinceMs >= PATIENCE_MS) throw refusal(shard, 0n, what);
    throw new Error(what);
  };
  const readAgain = (places: readonly CheckpointPlace[], run: number) => {
    if (places.length === 0 || run !== current) return;
    again = timers.after(AGAIN_MS, async () => {
      try {
        const { unread } = await compareWithCheckpoints({ ...options, places });
        readAgain(unread, run);
      } catch (error) {
        if (run !== current) return;
        if (error instanceof LogDamagedError) return onContradiction(error);
        const problem = error instanceof Error ? error : new Error(String(error));
        log.warn("checkpoint_comparison_retried", { shard, error: problem });
        readAgain(places, run);
      }
    });
  };
  return {
    async run() {
      stop();
      const run = current;
      const { verified, unread } = await compareWithCheckpoints(options);
      if (!verified && !unverifiedStart) assertPatience();
      if (!verified) log.warn("checkpoint_unverified_start", { shard });
      waiting = null;
      readAgain(unread, run);
    },
    stop,
  };
}
