/** Nodes and checkpoints in PostgreSQL or PGlite. @module */
import { type Selectable, sql } from "kysely";
import type { NodeId } from "../integrity/mod.ts";
import type { LedgerDatabase, LedgerTables } from "../store/mod.ts";
import type { CheckpointStore, KeptCheckpoint, TreeLeaf, TreeNode } from "./checkpoint_store.ts";

const MOST_NODES = 500;
const MOST_CHECKPOINTS = 1_000;

/** Builds the store; the database must be migrated. It keeps no state of its own. */
export function createCheckpointStore(database: LedgerDatabase): CheckpointStore {
  const leaves = (shard: number) =>
    database.selectFrom("ledger.tree_node").select(["index", "first_position"])
      .where("shard", "=", shard).where("level", "=", 0);
  const kept = (shard: number) =>
    database.selectFrom("ledger.checkpoint").selectAll().where("shard", "=", shard);
  return {
    async logName(proposed) {
      await sql`INSERT INTO ledger.log_name (name) VALUES (${proposed}::text)
        ON CONFLICT DO NOTHING`.execute(database);
      const { name } = await database.selectFrom("ledger.log_name").select("name")
        .executeTakeFirstOrThrow();
      return name;
    },
    async lastLeaf(shard) {
      return leafOf(await leaves(shard).orderBy("index", "desc").limit(1).executeTakeFirst());
    },
    async leafOf(shard, position) {
      const last = await leaves(shard).where("first_position", "<=", position)
        .orderBy("first_position", "desc").limit(1).executeTakeFirst();
      return leafOf(last);
    },
    async leafAt(shard, index) {
      return leafOf(await leaves(shard).where("index", "=", BigInt(index)).executeTakeFirst());
    },
    async readNodes(shard, nodes) {
      if (nodes.length === 0) return [];
      if (nodes.length > MOST_NODES) throw new RangeError(`${nodes.length} nodes are too many`);
      const wanted = JSON.stringify(nodes.map(({ level, index }) => [level, index]));
      const { rows } = await sql<{ hash: Uint8Array | null }>`
        SELECT node.hash FROM jsonb_array_elements(${wanted}::text::jsonb)
          WITH ORDINALITY AS wanted (id, place)
        LEFT JOIN ledger.tree_node AS node ON node.shard = ${shard}::int
          AND node.level = (wanted.id ->> 0)::int AND node.index = (wanted.id ->> 1)::int8
        ORDER BY wanted.place`.execute(database);
      return rows.map(({ hash }, place) => {
        if (hash !== null) return new Uint8Array(hash);
        const { level, index } = nodes[place]!;
        throw new RangeError(`shard ${shard} has no node ${index} at level ${level} of its tree`);
      });
    },
    async leafHashes(shard, firstPosition, count) {
      const rows = await database.selectFrom("ledger.event").select("hash")
        .where("shard", "=", shard).where("position", ">=", firstPosition)
        .where("position", "<", firstPosition + BigInt(count)).orderBy("position").execute();
      if (rows.length === count) return rows.map(({ hash }) => new Uint8Array(hash));
      throw new RangeError(`shard ${shard} lacks events of the frame at ${firstPosition}`);
    },
    async addNodes(shard, nodes) {
      if (nodes.length === 0) return;
      await sql`
        INSERT INTO ledger.tree_node (shard, level, index, first_position, hash)
        SELECT ${shard}::int, (node ->> 0)::int, (node ->> 1)::int8, (node ->> 2)::int8,
          decode(node ->> 3, 'hex')
        FROM jsonb_array_elements(${JSON.stringify(nodes.map(nodeRow))}::text::jsonb) AS node
        ON CONFLICT DO NOTHING`.execute(database);
    },
    async keep({ shard, owner, epoch }, { frames, position, note, signedAtMs }) {
      // The head's row is locked for as long as it takes to add one row: whoever takes the shard
      // either comes after it or keeps it from being added.
      const { rows } = await sql<{ fenced: number; kept: number }>`
        WITH fence AS (
          SELECT shard FROM ledger.shard_head WHERE shard = ${shard}::int
            AND owner = ${owner}::text AND epoch = ${epoch}::int8 FOR SHARE
        ), kept AS (
          INSERT INTO ledger.checkpoint (shard, frames, position, note, epoch, signed_at)
          SELECT fence.shard, ${BigInt(frames)}::int8, ${position}::int8, ${note}::text,
            ${epoch}::int8, ${BigInt(signedAtMs)}::int8 FROM fence
          ON CONFLICT DO NOTHING RETURNING shard
        )
        SELECT (SELECT count(*) FROM fence)::int AS fenced,
          (SELECT count(*) FROM kept)::int AS kept`.execute(database);
      if (rows[0]?.kept === 1) return "kept";
      return rows[0]?.fenced === 1 ? "exists" : "fenced";
    },
    async newest(shard) {
      return keptOf(await kept(shard).orderBy("frames", "desc").limit(1).executeTakeFirst());
    },
    async ofFrames(shard, frames) {
      return keptOf(await kept(shard).where("frames", "=", BigInt(frames)).executeTakeFirst());
    },
    async page(shard, afterFrames, limit) {
      if (!Number.isInteger(limit) || limit < 1 || limit > MOST_CHECKPOINTS) {
        throw new RangeError(`a page has 1 to ${MOST_CHECKPOINTS} checkpoints, not ${limit}`);
      }
      const rows = await kept(shard).where("frames", ">", BigInt(afterFrames)).orderBy("frames")
        .limit(limit).execute();
      return rows.map((row) => keptOf(row)!);
    },
  };
}

function nodeRow({ level, index, firstPosition, hash }: TreeNode & NodeId): unknown[] {
  return [level, index, `${firstPosition}`, hash.toHex()];
}

function leafOf(
  row: Pick<Selectable<LedgerTables["ledger.tree_node"]>, "index" | "first_position"> | undefined,
): TreeLeaf | null {
  if (row === undefined) return null;
  return { index: Number(row.index), firstPosition: row.first_position };
}

function keptOf(
  row: Selectable<LedgerTables["ledger.checkpoint"]> | undefined,
): KeptCheckpoint | null {
  if (row === undefined) return null;
  return {
    shard: row.shard,
    frames: Number(row.frames),
    position: row.position,
    note: row.note,
    epoch: row.epoch,
    signedAtMs: Number(row.signed_at),
  };
}
