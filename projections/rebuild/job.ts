/** What rebuilds and rollbacks have in common: entered, followed, closed. @module */
import type { Effects } from "../../shared/effects.ts";
import { uuidv7 } from "../../shared/ids/mod.ts";
import type { RebuildJob } from "../../shared/read_api/mod.ts";
import type { Projection } from "../projection/mod.ts";
import { checkpointOf, closeJob, openJob } from "../runner/mod.ts";
import type { Queryable } from "../table/mod.ts";
import type { RebuildProgress } from "./progress.ts";
import { RebuildCancelled, RebuildRefused } from "./refused.ts";
import { type Tracker, trackJob } from "./tracker.ts";

/** What is rebuilt, and how. */
export interface RebuildOptions {
  readonly db: Queryable;
  readonly projection: Projection;
  readonly shards: number;
  readonly effects: Effects;
  /** Who asked for it: an actor such as `user:…`. */
  readonly requestedBy: string;
  /** Swaps in rows that differ from the live ones at the same position; else such a job fails. */
  readonly acceptDifferent?: boolean;
  /** The most events that one transaction applies before the swap; chosen by itself when absent. */
  readonly stepEvents?: number;
  /** How long it rests after each step, in milliseconds; not at all when absent. */
  readonly pauseMs?: number;
  /** Rows of a table that loading keeps in memory; 100,000 when absent. */
  readonly memoryRows?: number;
  /** Ends it like a cancellation. */
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: RebuildProgress) => void;
}

/** A job that is under way. */
export interface StartedJob {
  readonly job: RebuildJob;
  /**
   * Resolves after the swap with how far the new rows go. Rejects with {@link RebuildCancelled},
   * {@link RebuildRefused}, ApplyError or whatever the database threw: nothing was swapped then.
   */
  readonly finished: Promise<RebuildProgress>;
}

/** The work of a job; the tables and notes that it needs are its own. */
export type Work = (
  of: { readonly job: RebuildJob; readonly tracker: Tracker },
) => Promise<bigint>;

/**
 * Enters a job and starts `work`, which resolves with how many events are in the swapped rows.
 * Rejects with {@link RebuildRefused} while another job of the projection runs. `clean` runs after
 * a failure; the job is then closed as failed or cancelled.
 */
export async function startJob(
  options: RebuildOptions,
  kind: RebuildJob["kind"],
  work: Work,
  clean: (job: RebuildJob) => Promise<void>,
): Promise<StartedJob> {
  const { db, projection, effects, requestedBy, signal, onProgress, pauseMs } = options;
  const live = await checkpointOf(db, projection.name, 0);
  const job = await openJob(db, {
    jobId: uuidv7(effects),
    projection: projection.name,
    kind,
    version: projection.version,
    liveVersion: live.version,
    requestedBy,
  });
  if (job === null) {
    throw new RebuildRefused(
      `projection ${projection.name} is being rebuilt already: wait for it or cancel it`,
    );
  }
  const tracker = trackJob({ db, jobId: job.jobId, effects, signal, onProgress, pauseMs });
  const finish = async (): Promise<RebuildProgress> => {
    try {
      const done = await work({ job, tracker });
      const progress = { ...tracker.last(), phase: "done", done, total: done } as const;
      onProgress?.(progress);
      return progress;
    } catch (error) {
      await fail(db, job, error, clean);
      throw error;
    } finally {
      tracker.stop();
    }
  };
  const finished = finish();
  // Whoever started it may only be interested in the row.
  finished.catch(() => {});
  return { job, finished };
}

async function fail(
  db: Queryable,
  job: RebuildJob,
  error: unknown,
  clean: (job: RebuildJob) => Promise<void>,
): Promise<void> {
  const phase = error instanceof RebuildCancelled ? "cancelled" : "failed";
  const reason = error instanceof Error ? error.message : String(error);
  try {
    await clean(job);
    await closeJob(db, job.jobId, phase, phase === "failed" ? reason : null);
  } catch {
    // Without a database nothing can be noted; the job is dead after a while.
  }
}
