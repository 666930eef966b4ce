/** The rebuilds of a running room: started, watched, cancelled and rolled back. @module */
import type { Effects } from "../../shared/effects.ts";
import type { Log } from "../../shared/log.ts";
import type { RebuildJob } from "../../shared/read_api/mod.ts";
import { headOf } from "../log/mod.ts";
import type { Projection } from "../projection/mod.ts";
import { checkpointOf, listJobs, requestCancel } from "../runner/mod.ts";
import type { Queryable } from "../table/mod.ts";
import type { StartedJob } from "./job.ts";
import { startRebuild } from "./rebuild.ts";
import { RebuildRefused } from "./refused.ts";
import { previousOf, startRollback } from "./rollback.ts";

/** What the service works with. */
export interface RebuildsOptions {
  readonly db: Queryable;
  readonly projections: readonly Projection[];
  readonly shards: number;
  readonly effects: Effects;
  readonly log: Log;
  /** The most events of a step; see RebuildOptions. */
  readonly stepEvents?: number;
  /** The rest after each step, in milliseconds; see RebuildOptions. */
  readonly pauseMs?: number;
}

/** The rebuilds of a room. An unknown projection is null. */
export interface Rebuilds {
  /** The version of its rows that this code computes, by projection. */
  readonly versions: ReadonlyMap<string, number>;
  /**
   * Starts a rebuild and returns at once. Rejects with RebuildRefused while one runs. Rows that differ
   * from the live ones replace them only with `acceptDifferent`.
   */
  rebuild(
    projection: string,
    requestedBy: string,
    options?: { readonly acceptDifferent: boolean },
  ): Promise<RebuildJob | null>;
  /** Starts to swap back the rows that the last swap replaced; rejects with RebuildRefused. */
  rollback(projection: string, requestedBy: string): Promise<RebuildJob | null>;
  /** Asks the running job to end, in whichever process it runs; RebuildRefused when none does. */
  cancel(projection: string): Promise<RebuildJob | null>;
  /** At most 100 jobs of a projection, newest first. */
  list(projection: string): Promise<readonly RebuildJob[] | null>;
  /** Starts what the code's versions need, once now and then again and again; see README.md. */
  start(): Promise<void>;
  /** Cancels what this process works on and waits for its end; idempotent. */
  close(): Promise<void>;
}

const LOOKS_EVERY_MS = 15_000;
/** A projection without any rows that has this many events to read is loaded as a rebuild. */
const WORTH_A_REBUILD = 20_000n;
const REQUESTED_BY = "system:projections";

/** The rebuilds of a room over `projections`. */
export function createRebuilds(options: RebuildsOptions): Rebuilds {
  const { db, projections, effects, log } = options;
  const ended = new AbortController();
  const running = new Set<Promise<unknown>>();
  let looks: { cancel(): void } | null = null;
  let looking: Promise<void> = Promise.resolve();

  const follow = ({ job, finished }: StartedJob): RebuildJob => {
    const { jobId, projection, kind } = job;
    log.info("rebuild_started", { jobId, projection, kind });
    const followed = finished.then(
      ({ done }) => log.info("rebuild_done", { jobId, projection, done }),
      (error) => log.warn("rebuild_ended", { jobId, projection, reason: error }),
    ).finally(() => running.delete(followed));
    running.add(followed);
    return job;
  };
  const begin = async (
    start: typeof startRebuild,
    name: string,
    asked: { readonly requestedBy: string; readonly acceptDifferent?: boolean },
  ): Promise<RebuildJob | null> => {
    const projection = projections.find((each) => each.name === name);
    if (projection === undefined) return null;
    return follow(await start({ ...options, ...asked, projection, signal: ended.signal }));
  };
  const look = async () => {
    for (const projection of projections) {
      if (ended.signal.aborted) return;
      try {
        const needed = await neededFor(options, projection);
        const start = needed === "rollback" ? startRollback : startRebuild;
        if (needed !== null) await begin(start, projection.name, { requestedBy: REQUESTED_BY });
      } catch (error) {
        // Somebody else was quicker, or the database is away: the next look tells.
        if (error instanceof RebuildRefused) continue;
        const reason = error instanceof Error ? error : String(error);
        log.warn("rebuild_look_failed", { projection: projection.name, reason });
      }
    }
  };

  return {
    versions: new Map(projections.map(({ name, version }) => [name, version])),
    rebuild: (projection, requestedBy, more) =>
      begin(startRebuild, projection, { requestedBy, ...more }),
    rollback: (projection, requestedBy) => begin(startRollback, projection, { requestedBy }),
    async cancel(name) {
      if (projections.every((each) => each.name !== name)) return null;
      const job = await requestCancel(db, name);
      if (job === null) throw new RebuildRefused(`no rebuild of ${name} is under way`);
      return job;
    },
    async list(name) {
      if (projections.every((each) => each.name !== name)) return null;
      return await listJobs(db, name, { limit: 100 });
    },
    async start() {
      await look();
      looks = effects.timers.every(LOOKS_EVERY_MS, () => {
        looking = looking.then(look);
      });
    },
    async close() {
      looks?.cancel();
      ended.abort();
      await looking;
      await Promise.all(running);
    },
  };
}

/**
 * What a projection needs by itself: rows of this code's version, from those that an earlier swap
 * kept or from the log. Rows of a newer version are left alone, so that processes of two versions do
 * not take them from each other; going back is for people, and so is going forward again after that.
 * A job that failed or was cancelled is not begun again either.
 */
async function neededFor(
  { db, shards }: RebuildsOptions,
  { name, version }: Projection,
): Promise<"rebuild" | "rollback" | null> {
  const live = await checkpointOf(db, name, 0);
  if (live.version > version) return null;
  if (live.version === version && !await isEmpty(db, name, shards)) return null;
  const [last] = await listJobs(db, name, { limit: 1 });
  const isOver = last === undefined || last.phase === "dead" || last.version !== version;
  if (last !== undefined && (!isOver || wentBack(last, version))) return null;
  const previous = await previousOf(db, name);
  return previous?.version === version ? "rollback" : "rebuild";
}

/** Whether a person replaced the rows of exactly this version by those of an earlier one. */
function wentBack({ kind, phase, requestedBy, liveVersion }: RebuildJob, version: number): boolean {
  return kind === "rollback" && phase === "done" && liveVersion === version &&
    requestedBy !== REQUESTED_BY;
}

/** Whether there are no rows yet, and many events to make them of. */
async function isEmpty(db: Queryable, name: string, shards: number): Promise<boolean> {
  for (let shard = 0; shard < shards; shard++) {
    const { position } = await checkpointOf(db, name, shard);
    if (position > 0n) return false;
  }
  let events = 0n;
  for (let shard = 0; shard < shards; shard++) events += await headOf(db, shard);
  return events >= WORTH_A_REBUILD;
}
