/** Follows a rebuild: tells how far it is, shows that it lives, and hears that it shall end. @module */
import type { Effects } from "../../shared/effects.ts";
import type { RebuildPhase } from "../../shared/read_api/mod.ts";
import { noteProgress } from "../runner/mod.ts";
import type { Queryable } from "../table/mod.ts";
import { progressOf, type RebuildProgress } from "./progress.ts";
import { RebuildCancelled, RebuildRefused } from "./refused.ts";

/** What follows one rebuild. */
export interface Tracker {
  /**
   * Notes where the work stands. Throws {@link RebuildCancelled} when it shall end and
   * {@link RebuildRefused} when another process took it for dead and began anew.
   */
  at(phase: RebuildPhase, done: bigint, total: bigint): Promise<void>;
  /** Where the work stood last. */
  last(): RebuildProgress;
  /** Ends the signs of life. */
  stop(): void;
}

const NOTED_EVERY_MS = 500;
const BEATS_EVERY_MS = 2_000;

/** Begins to follow a rebuild. */
export function trackJob(options: {
  readonly db: Queryable;
  readonly jobId: string;
  readonly effects: Pick<Effects, "clock" | "timers">;
  /** Ends the rebuild, as a cancellation does. */
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: RebuildProgress) => void) | undefined;
  /** How long each step is followed by a rest, in milliseconds. */
  readonly pauseMs?: number | undefined;
}): Tracker {
  const { db, jobId, effects: { clock, timers }, signal, onProgress, pauseMs } = options;
  const startedMs = clock.nowMs();
  let current = progressOf("loading", { done: 0n, total: 0n }, 0);
  let first: bigint | null = null;
  let notedMs = -Infinity;
  let verdict: "go_on" | "cancel" | "lost" = "go_on";
  let beating = false;
  // A long statement, such as an index, has nothing to report, but lives.
  const beat = timers.every(BEATS_EVERY_MS, () => {
    if (beating) return;
    beating = true;
    noteProgress(db, jobId, null)
      .then((told) => {
        if (told !== "go_on") verdict = told;
      })
      // The work itself meets the same failure, and tells.
      .catch(() => {})
      .finally(() => {
        beating = false;
      });
  });
  return {
    async at(phase, done, total) {
      // A database within this process answers without a turn of the event loop: nobody else has one.
      if (pauseMs !== undefined) await timers.sleep(pauseMs);
      const nowMs = clock.nowMs();
      const isNew = phase !== current.phase;
      first ??= done;
      current = progressOf(phase, { done, total, first }, nowMs - startedMs);
      onProgress?.(current);
      if (isNew || nowMs - notedMs >= NOTED_EVERY_MS) {
        notedMs = nowMs;
        const told = await noteProgress(db, jobId, current);
        if (told !== "go_on") verdict = told;
      }
      if (verdict === "lost") {
        throw new RebuildRefused("another process took this rebuild for dead and began anew");
      }
      if (verdict === "cancel" || signal?.aborted) throw new RebuildCancelled();
    },
    last: () => current,
    stop: () => beat.cancel(),
  };
}
