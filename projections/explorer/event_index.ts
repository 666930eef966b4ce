/** Where events of an account, a type or an actor are, so that no filter has to read the log. @module */
import { sql } from "kysely";
import { type LogEvent, type LogRange, requireKnown, within } from "../log/mod.ts";
import type { Projection } from "../projection/mod.ts";
import { type Queryable, table } from "../table/mod.ts";

const NEWEST = "recorded_at_ms, shard, position";

/** One row an event. What a request did is found by the log's own index. */
export const eventIndexTable = table({
  name: "event_index",
  columns: {
    shard: "count",
    position: "position",
    recordedAtMs: "count",
    accountId: "text?",
    type: "text",
    actor: "text",
  },
  key: ["shard", "position"],
  indexes: [
    NEWEST,
    `account_id, ${NEWEST}`,
    `account_id, type, ${NEWEST}`,
    `type, ${NEWEST}`,
    `actor, ${NEWEST}`,
    // What an actor did seldom is not to be looked for among all that it did, or others did.
    `actor, type, ${NEWEST}`,
    `account_id, actor, ${NEWEST}`,
  ],
});

/** The index of events. */
export const eventIndex: Projection = {
  name: "event_index",
  version: 2,
  parts: [{ tables: [eventIndexTable], apply, applyRange }],
};

/** Copies from log to index within the database: nothing of it has to come here and go back. */
async function apply(db: Queryable, schema: string, events: readonly LogEvent[]): Promise<void> {
  for (const [shard, placed] of Map.groupBy(events, ({ shard }) => shard)) {
    const to = placed.at(-1)!.position;
    await copy(db, schema, { shard, after: placed[0]!.position - 1n, to });
  }
}

async function applyRange(db: Queryable, schema: string, range: LogRange): Promise<void> {
  await requireKnown(db, range);
  await copy(db, schema, range);
}

async function copy(db: Queryable, schema: string, range: LogRange): Promise<void> {
  await sql`
    insert into ${sql.raw(`${schema}.${eventIndexTable.name}`)}
      (shard, position, recorded_at_ms, account_id, type, actor)
    select shard, position, recorded_at, payload ->> 'accountId', type, actor
    from ledger.event where ${within(range)}
  `.execute(db);
}
