/** How far behind the projections are. @module */
import type { ProjectionStatus } from "../../shared/read_api/mod.ts";
import { headOf } from "../log/mod.ts";
import type { Queryable } from "../table/mod.ts";
import { type Checkpoint, listCheckpoints } from "./checkpoint.ts";
import { listJobs } from "./jobs.ts";

/**
 * The status of each projection. With several shards position, head and lag are sums over them, and
 * a projection is as well as its worst shard. `current` are the versions that the code computes: rows
 * of another one are about to be replaced.
 */
export async function statusOf(
  db: Queryable,
  shards: number,
  current: ReadonlyMap<string, number> = new Map(),
): Promise<ProjectionStatus[]> {
  const checkpoints = await listCheckpoints(db);
  const heads = await Promise.all(Array.from({ length: shards }, (_, shard) => headOf(db, shard)));
  const head = heads.reduce((sum, each) => sum + each, 0n);
  const jobs = await listJobs(db, null, { limit: 100, runningOnly: true });
  const names = [...new Set(checkpoints.map(({ projection }) => projection))];
  return await Promise.all(names.map(async (name) => {
    const own = checkpoints.filter(({ projection }) => projection === name);
    const rebuild = jobs.find(({ projection }) => projection === name) ?? null;
    const { version } = own[0]!;
    const wanted = current.get(name) ?? version;
    // Who has rows of another version waits for a rebuild, or stands still because it failed.
    const last = wanted === version || rebuild !== null
      ? null
      : (await listJobs(db, name, { limit: 1 }))[0] ?? null;
    const failed = last?.version !== wanted
      ? null
      : last.phase === "cancelled"
      ? "it was cancelled, start it again"
      : last.phase === "failed"
      ? last.error
      : null;
    const state = stateOf(own, head, failed);
    return {
      name,
      version,
      ...progressOf(own, head),
      ...state,
      state: state.error !== null
        ? "paused"
        : wanted !== version || rebuild !== null
        ? "rebuilding"
        : "live",
      rebuild,
    };
  }));
}

function progressOf(own: readonly Checkpoint[], head: bigint) {
  const position = own.reduce((sum, each) => sum + each.position, 0n);
  return {
    position: position.toString(),
    head: head.toString(),
    lag: (head - position).toString(),
  };
}

function stateOf(own: readonly Checkpoint[], head: bigint, failed: string | null) {
  const position = own.reduce((sum, each) => sum + each.position, 0n);
  const stopped = own.find((each) => each.error !== null);
  const short = position > head
    ? `the log ends at ${head}, before this projection: rebuild it`
    : null;
  const error = stopped?.error ??
    (failed === null ? short : `the rows of this version could not be built: ${failed}`);
  const at = stopped?.failedPosition ?? null;
  const pausedAt = stopped === undefined || at === null ? null : {
    shard: stopped.shard,
    position: at.toString(),
    eventType: stopped.failedType ?? "",
  };
  return { error, pausedAt };
}
