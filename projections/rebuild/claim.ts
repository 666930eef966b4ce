/** Only one rebuild of a projection at a time; a dead one is taken over after 30 s. @module */
import { sql } from "kysely";
import type { Queryable } from "../table/mod.ts";

/** A rebuild that cannot go on; the live tables are as they were. */
export class RebuildRefused extends Error {
  constructor(message: string) {
    super(message);
    this.name = "RebuildRefused";
  }
}

/** Takes the claim of all shards. Throws {@link RebuildRefused} while somebody else works. */
export async function claim(
  db: Queryable,
  projection: string,
  shards: number,
  owner: string,
): Promise<void> {
  const { rows } = await sql`
    insert into projections.rebuild as r (projection, shard, owner, position, seen_at)
    select ${projection}, shard, ${owner}, 0, now()
    from generate_series(0, ${shards - 1}::int) as s(shard)
    on conflict (projection, shard) do update
      set owner = excluded.owner, position = 0, seen_at = now()
      where r.seen_at < now() - interval '30 seconds'
    returning shard
  `.execute(db);
  if (rows.length === shards) return;
  throw new RebuildRefused(
    `projection ${projection} is being rebuilt by another process: wait for it, or 30 s after its end`,
  );
}

/** Moves the claim of a shard, in the transaction of its rows. Throws when somebody took it over. */
export async function moveClaim(
  db: Queryable,
  of: { readonly projection: string; readonly shard: number; readonly owner: string },
  from: bigint,
  to: bigint,
): Promise<void> {
  const { rows } = await sql`
    update projections.rebuild set position = ${to.toString()}::bigint, seen_at = now()
    where projection = ${of.projection} and shard = ${of.shard} and owner = ${of.owner}
      and position = ${from.toString()}::bigint
    returning shard
  `.execute(db);
  if (rows.length === 1) return;
  throw new RebuildRefused(`the rebuild of ${of.projection} was taken over by another process`);
}

/** Gives the claim back; a claim that somebody else has meanwhile stays theirs. */
export async function releaseClaim(db: Queryable, projection: string, owner: string) {
  await sql`
    delete from projections.rebuild where projection = ${projection} and owner = ${owner}
  `.execute(db);
}
