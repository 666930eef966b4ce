/** Ended calls and what failed in them, as small as the views of cost, speed and errors need them. @module */
import { type RawBuilder, sql } from "kysely";
import { type LogEvent, type LogRange, requireKnown, within } from "../log/mod.ts";
import type { Projection } from "../projection/mod.ts";
import { type Queryable, table } from "../table/mod.ts";

/** One row a call whose hold ended; `day` (Asia/Yangon) is that of its first end. */
export const endedCallsTable = table({
  name: "ended_calls",
  columns: {
    requestId: "uuid",
    day: "day",
    accountId: "text",
    keyId: "text",
    model: "text",
    provider: "text",
    modality: "text",
    chargedMicroKyat: "amount",
    unbilledMicroKyat: "amount",
    costNanoUsd: "amount",
    totalMs: "count?",
    firstByteMs: "count?",
  },
  key: ["requestId"],
  indexes: ["day", "account_id, day"],
});

/** One row a failed attempt (`number` from 1) or a call that did not complete (`number` 0). */
export const callFailuresTable = table({
  name: "call_failures",
  columns: {
    requestId: "uuid",
    position: "position",
    number: "count",
    scope: "text",
    day: "day",
    hourMs: "count",
    accountId: "text",
    keyId: "text",
    model: "text",
    provider: "text",
    errorClass: "text",
  },
  key: ["requestId", "position", "number"],
  indexes: ["day", "account_id, day"],
});

const ENDS = ["HoldSettled", "HoldReleased", "HoldExpired"] as const;
const LATE = "LateUsageSettled";

/** The ended calls projection. */
export const endedCalls: Projection = {
  name: "ended_calls",
  version: 1,
  parts: [{
    tables: [endedCallsTable, callFailuresTable],
    types: [...ENDS, LATE],
    apply,
    applyRange,
  }],
};

/** Works within the database: the events are in the log, and what is kept of them is little. */
async function apply(db: Queryable, schema: string, events: readonly LogEvent[]): Promise<void> {
  for (const [shard, placed] of Map.groupBy(events, ({ shard }) => shard)) {
    const positions = (...types: readonly string[]) =>
      placed.flatMap(({ event, position }) => types.includes(event.type) ? [position] : []);
    const at = (found: readonly bigint[]) =>
      sql`shard = ${shard} and position = any(${`{${found.join(",")}}`}::text::int8[])`;
    const [ends, lates] = [positions(...ENDS), positions(LATE)];
    if (ends.length > 0) await addEnds(db, schema, at(ends));
    if (lates.length > 0) await addLates(db, schema, at(lates));
  }
}

/** First ends come before late usage in the log too, for every call. */
async function applyRange(db: Queryable, schema: string, range: LogRange): Promise<void> {
  await requireKnown(db, range);
  await addEnds(db, schema, sql`${within(range)} and type in (${sql.join(ENDS)})`);
  await addLates(db, schema, sql`${within(range)} and type = ${LATE}`);
}

/** The ending events `e`, each with the `hold` that it ends. */
function endings(where: RawBuilder<unknown>): RawBuilder<unknown> {
  return sql`(select * from ledger.event where ${where}) e
    join (select shard, request_id, payload as hold from ledger.event where type = 'HoldPlaced') h
      on h.shard = e.shard and h.request_id = e.request_id`;
}

async function addEnds(db: Queryable, schema: string, where: RawBuilder<unknown>): Promise<void> {
  const ends = endings(where);
  await sql`
    insert into ${sql.raw(`${schema}.ended_calls`)} (request_id, day, account_id, key_id, model,
      provider, modality, charged_micro_kyat, unbilled_micro_kyat, cost_nano_usd, total_ms,
      first_byte_ms)
    select e.request_id::uuid, ${DAY}, hold ->> 'accountId', hold ->> 'keyId', ${MODEL},
      ${PROVIDER}, ${MODALITY}, ${amountOf("chargedMicroKyat")}, ${amountOf("unbilledMicroKyat")},
      ${amountOf("costNanoUsd")}, ${TOTAL_MS}, ${FIRST_BYTE_MS}
    from ${ends}
  `.execute(db);
  await addFailures(db, schema, ends);
}

/** A late report replaces the little that was known at expiry, but not the day. */
async function addLates(db: Queryable, schema: string, where: RawBuilder<unknown>): Promise<void> {
  const lates = endings(where);
  await sql`
    update ${sql.raw(`${schema}.ended_calls`)} c set provider = late.provider, model = late.model,
      modality = late.modality, total_ms = late.total_ms, first_byte_ms = late.first_byte_ms,
      charged_micro_kyat = c.charged_micro_kyat + late.charged,
      unbilled_micro_kyat = c.unbilled_micro_kyat + late.unbilled,
      cost_nano_usd = c.cost_nano_usd + late.cost
    from (select e.request_id::uuid as request_id, ${PROVIDER} as provider, ${MODEL} as model,
        ${MODALITY} as modality,
        ${TOTAL_MS} as total_ms, ${FIRST_BYTE_MS} as first_byte_ms,
        ${amountOf("chargedMicroKyat")} as charged, ${amountOf("unbilledMicroKyat")} as unbilled,
        ${amountOf("costNanoUsd")} as cost
      from ${lates}) late
    where c.request_id = late.request_id
  `.execute(db);
  await sql`
    delete from ${sql.raw(`${schema}.call_failures`)} f
    using (select e.request_id::uuid as request_id from ${lates}) late
    where f.request_id = late.request_id and f.scope = 'call'
  `.execute(db);
  await addFailures(db, schema, lates);
}

async function addFailures(db: Queryable, schema: string, of: RawBuilder<unknown>): Promise<void> {
  await sql`
    insert into ${sql.raw(`${schema}.call_failures`)} (request_id, position, number, scope, day,
      hour_ms, account_id, key_id, model, provider, error_class)
    select request_id::uuid, position, number, scope, day, hour_ms, hold ->> 'accountId',
      hold ->> 'keyId', hold ->> 'model', provider, error_class
    from (select e.request_id, e.position, ${DAY} as day,
        e.recorded_at / 3600000 * 3600000 as hour_ms, hold, ${PROVIDER} as served, ${OUTCOME} as outcome,
        coalesce(e.payload -> 'call' -> 'attempts', '[]'::jsonb) as attempts
      from ${of}) ended
    cross join lateral (
      select 0 as number, 'call' as scope, served as provider, outcome as error_class
      where outcome <> 'completed'
      union all
      select number::int, 'attempt', attempt ->> 'provider', attempt ->> 'errorCode'
      from jsonb_array_elements(attempts) with ordinality as tried (attempt, number)
      where attempt ->> 'errorCode' is not null
    ) failed
  `.execute(db);
}

const DAY = sql.raw(`(date '1970-01-01' + ((e.recorded_at + 23400000) / 86400000)::int)`);
// A failed attempt stays with the model that was held for: nobody says which one it tried.
const MODEL = sql.raw(`coalesce(e.payload ->> 'model', hold ->> 'model')`);
const PROVIDER = sql.raw(`coalesce(e.payload -> 'call' ->> 'provider', 'none')`);
// What is known at expiry is no call's duration.
const KNOWN = `e.payload ->> 'basis' is distinct from 'expiry'`;
const TOTAL_MS = sql.raw(
  `case when ${KNOWN} then (e.payload -> 'call' ->> 'totalMs')::int8 end`,
);
const FIRST_BYTE_MS = sql.raw(
  `case when ${KNOWN} then (e.payload -> 'call' ->> 'firstByteMs')::int8 end`,
);
const OUTCOME = sql.raw(`case when e.type = 'HoldExpired' or e.payload ->> 'basis' = 'expiry'
  then 'hold_expired' else e.payload -> 'call' ->> 'outcome' end`);

/** Of several kinds the dearer one: making images, then audio, then reading images. */
const MODALITY = sql.raw(`case
  when hold ->> 'endpoint' ~* 'embed' then 'embedding'
  when hold ->> 'endpoint' ~* 'image' or ${used("images", "image_output")} then 'image'
  when hold ->> 'endpoint' ~* 'audio|speech|transcri'
    or ${used("audio_input", "audio_output", "seconds", "characters")} then 'audio'
  when ${used("image_input")} then 'vision'
  else 'text' end`);

function used(...classes: readonly string[]): string {
  return classes.map((name) => `coalesce((e.payload -> 'usage' ->> '${name}')::int8, 0) > 0`)
    .join(" or ");
}

function amountOf(name: string) {
  return sql.raw(`coalesce((e.payload ->> '${name}')::numeric, 0)`);
}
