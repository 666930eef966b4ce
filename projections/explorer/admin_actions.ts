/** What people did, with what it was before and after. @module */
import { sql } from "kysely";
import { EVENT_TYPES, eventSchemas, type EventType, requestIdOf } from "../../shared/events/mod.ts";
import type { JsonObject } from "../../shared/json.ts";
import type { LogEvent } from "../log/mod.ts";
import { foldOne, type Projection } from "../projection/mod.ts";
import { loadRows, type Queryable, table } from "../table/mod.ts";
import { changeOf } from "./subject.ts";

const NEWEST = "recorded_at_ms, shard, position";

/** One row an action. */
export const adminActionsTable = table({
  name: "admin_actions",
  columns: {
    shard: "count",
    position: "position",
    actor: "text",
    type: "text",
    subject: "text",
    accountId: "text?",
    recordedAtMs: "count",
    before: "json?",
    after: "json",
  },
  key: ["shard", "position"],
  indexes: [NEWEST, `account_id, ${NEWEST}`, `actor, ${NEWEST}`, `type, ${NEWEST}`],
});

/** The newest state of each subject; prices are the same in every shard, so each keeps its own. */
export const adminSubjectsTable = table({
  name: "admin_subjects",
  columns: { shard: "count", subject: "text", state: "json" },
  key: ["shard", "subject"],
  indexes: [],
});

/** The admin actions projection. */
export const adminActions: Projection = {
  name: "admin_actions",
  version: 1,
  parts: [{ tables: [adminActionsTable, adminSubjectsTable], types: typesOfActions(), apply }],
};

/** All but what belongs to a request. */
function typesOfActions(): EventType[] {
  return EVENT_TYPES.filter((type) => !("requestId" in eventSchemas[type].shape));
}

async function apply(db: Queryable, schema: string, events: readonly LogEvent[]): Promise<void> {
  const candidates = events.filter(({ event }) => requestIdOf(event) === null);
  if (candidates.length === 0) return;
  const actors = await actorsOf(db, candidates);
  const actions = candidates.flatMap((placed) => {
    const actor = actors.get(keyOf(placed));
    if (actor === undefined || actor.startsWith("edge:")) return [];
    return [{ placed, actor, change: changeOf(placed.event) }];
  });
  const key = ({ placed: { shard, position } }: (typeof actions)[number]) => ({ shard, position });
  const rows = await loadRows(db, schema, adminActionsTable, actions.map(key));
  const subjects = await loadRows(
    db,
    schema,
    adminSubjectsTable,
    actions.map(({ placed: { shard }, change: { subject } }) => ({ shard, subject })),
  );
  for (const { placed, actor, change } of actions) {
    foldOne(() => {
      const { shard, position, recordedAtMs, event } = placed;
      const { subject } = change;
      const before = (subjects.get({ shard, subject })?.state ?? null) as JsonObject | null;
      const after = change.after(before);
      subjects.put({ shard, subject, state: after });
      const accountId = "accountId" in event.payload ? event.payload.accountId : null;
      const what = { type: event.type, subject, accountId, before, after };
      rows.put({ shard, position, actor, recordedAtMs, ...what });
    }, placed);
  }
  await rows.save();
  await subjects.save();
}

function keyOf({ shard, position }: { shard: number; position: bigint | string }): string {
  return `${shard}|${position}`;
}

/** Who caused each event. */
async function actorsOf(db: Queryable, events: readonly LogEvent[]): Promise<Map<string, string>> {
  const shards = Map.groupBy(events, ({ shard }) => shard);
  const actors = new Map<string, string>();
  for (const [shard, placed] of shards) {
    const positions = `{${placed.map(({ position }) => position).join(",")}}`;
    const { rows } = await sql<{ shard: number; position: bigint | string; actor: string }>`
      select shard, position, actor from ledger.event
      where shard = ${shard} and position = any(${positions}::text::int8[])
    `.execute(db);
    for (const row of rows) actors.set(keyOf(row), row.actor);
  }
  return actors;
}
