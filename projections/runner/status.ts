/** How far behind the projections are. @module */
import { sql } from "kysely";
import type { ProjectionStatus } from "../../shared/read_api/mod.ts";
import { headOf } from "../log/mod.ts";
import type { Queryable } from "../table/mod.ts";
import { listCheckpoints } from "./checkpoint.ts";

/**
 * The status of each projection. With several shards position, head and lag are sums over them, and
 * a projection is as well as its worst shard.
 */
export async function statusOf(db: Queryable, shards: number): Promise<ProjectionStatus[]> {
  const checkpoints = await listCheckpoints(db);
  const heads = await Promise.all(Array.from({ length: shards }, (_, shard) => headOf(db, shard)));
  const head = heads.reduce((sum, each) => sum + each, 0n);
  const { rows } = await sql<{ projection: string }>`
    select distinct projection from projections.rebuild where seen_at > now() - interval '30 seconds'
  `.execute(db);
  const rebuilding = new Set(rows.map(({ projection }) => projection));
  const names = [...new Set(checkpoints.map(({ projection }) => projection))];
  return names.map((name) => {
    const own = checkpoints.filter(({ projection }) => projection === name);
    const position = own.reduce((sum, each) => sum + each.position, 0n);
    const error = own.find((each) => each.error !== null)?.error ??
      (position > head ? `the log ends at ${head}, before this projection: rebuild it` : null);
    return {
      name,
      position: position.toString(),
      head: head.toString(),
      lag: (head - position).toString(),
      state: error !== null ? "paused" : rebuilding.has(name) ? "rebuilding" : "live",
      error,
    };
  });
}
