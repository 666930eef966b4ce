/** How far behind the projections are. @module */
import type { ProjectionStatus, RebuildJob } from "../../shared/read_api/mod.ts";
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
  return names.map((name) => {
    const own = checkpoints.filter(({ projection }) => projection === name);
    const rebuild = jobs.find(({ projection }) => projection === name) ?? null;
    const { version } = own[0]!;
    const isOther = (current.get(name) ?? version) !== version;
    return { name, version, ...progressOf(own, head), ...stateOf(own, head, rebuild, isOther) };
  });
}

function progressOf(own: readonly Checkpoint[], head: bigint) {
  const position = own.reduce((sum, each) => sum + each.position, 0n);
  return {
    position: position.toString(),
    head: head.toString(),
    lag: (head - position).toString(),
  };
}

function stateOf(
  own: readonly Checkpoint[],
  head: bigint,
  rebuild: RebuildJob | null,
  isOther: boolean,
) {
  const position = own.reduce((sum, each) => sum + each.position, 0n);
  const stopped = own.find((each) => each.error !== null);
  const error = stopped?.error ??
    (position > head ? `the log ends at ${head}, before this projection: rebuild it` : null);
  const at = stopped?.failedPosition ?? null;
  const state = error !== null ? "paused" : isOther || rebuild !== null ? "rebuilding" : "live";
  const pausedAt = stopped === undefined || at === null ? null : {
    shard: stopped.shard,
    position: at.toString(),
    eventType: stopped.failedType ?? "",
  };
  return { state, error, pausedAt, rebuild } as const;
}
