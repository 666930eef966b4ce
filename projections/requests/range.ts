/** The calls of a range of the log in SQL, for rebuilds. @module */
import { sql } from "kysely";
import { type LogEvent, type LogRange, readRange, requireKnown, within } from "../log/mod.ts";
import type { Queryable } from "../table/mod.ts";

/** The types of the events that belong to a call. */
export const REQUEST_TYPES = [
  "HoldPlaced",
  "UsageReported",
  "HoldSettled",
  "HoldReleased",
  "HoldExpired",
  "LateUsageSettled",
] as const;

const ENDS = sql`('HoldSettled', 'HoldReleased', 'HoldExpired')`;

/**
 * Adds the calls that begin in a range and go their usual way in it (placed once, then reported, then
 * ended at most once, then settled late at most once) by one insert, and folds the events of all
 * other calls. The rows are those of the fold; a property test compares them.
 */
export async function addRange(
  db: Queryable,
  schema: string,
  range: LogRange,
  fold: (events: readonly LogEvent[]) => Promise<void>,
): Promise<void> {
  await requireKnown(db, range);
  await sql`
    create temporary table usual_calls (
      request text collate "C" primary key, placed int8, reported int8, ended int8, late int8)
    on commit drop
  `.execute(db);
  await sql`
    insert into usual_calls
    select request, placed, reported, ended, late from (
      select (payload->>'requestId') collate "C" as request,
        min(position) filter (where type = 'HoldPlaced') as placed,
        count(*) filter (where type = 'HoldPlaced') as placings,
        max(position) filter (where type = 'UsageReported') as reported,
        min(position) as first,
        max(position) filter (where type in ${ENDS}) as ended,
        count(*) filter (where type in ${ENDS}) as endings,
        max(position) filter (where type = 'LateUsageSettled') as late,
        count(*) filter (where type = 'LateUsageSettled') as lates
      from ledger.event where ${within(range)} and type in (${sql.join(REQUEST_TYPES)})
      group by 1) as calls
    where placings = 1 and placed = first and endings <= 1 and lates <= 1
      and (ended is null or reported is null or reported < ended)
      and (late is null or late > greatest(reported, ended))
  `.execute(db);
  await sql`analyze usual_calls`.execute(db);
  await insertUsual(db, schema, range);
  const where = sql`type in (${sql.join(REQUEST_TYPES)})
    and not exists (select from usual_calls c where c.request = (e.payload->>'requestId'))`;
  const { events, failure } = await readRange(db, range, { where });
  if (failure !== null) throw new Error(failure.message);
  await fold(events);
}

/** One row for each usual call, as its last event left it. */
async function insertUsual(db: Queryable, schema: string, range: LogRange): Promise<void> {
  // The range is said again for each, so that nothing outside it is ever scanned.
  const events = (alias: string) =>
    sql`(select * from ledger.event where ${within(range)}) as ${sql.raw(alias)}`;
  await sql`
    insert into ${sql.raw(`${schema}.requests`)} (request_id, account_id, key_id, edge_id, endpoint,
      model, asked_model, state, provider, call, usage, evidence, input_tokens_bound,
      output_tokens_requested, output_tokens_granted, hold_micro_kyat, charge_micro_kyat,
      charged_micro_kyat, unbilled_micro_kyat, cost_nano_usd, pricing, own_key_fee_pico_usd,
      choices, placed_at_ms, ended_at_ms, placed_position, ended_position)
    select c.request::uuid, p.payload->>'accountId', p.payload->>'keyId', p.payload->>'edgeId',
      p.payload->>'endpoint', coalesce(${SERVED}->>'model', p.payload->>'model'),
      coalesce(p.payload->>'askedModel', p.payload->>'model'),
      case when l.type is not null then 'late_settled' when e.type is null then 'held'
        when e.type = 'HoldSettled' then 'settled' when e.type = 'HoldReleased' then 'released'
        else 'expired' end,
      coalesce(l.payload, e.payload)->'call'->>'provider', coalesce(l.payload, e.payload)->'call',
      coalesce(l.payload->'usage', e.payload->'usage', u.payload->'usage'),
      coalesce(l.payload->>'evidence', e.payload->>'evidence', u.payload->>'evidence'),
      ${whole("p", "inputTokensBound")}, ${whole("p", "outputTokensRequested")},
      ${whole("p", "outputTokensGranted")}, ${whole("p", "amountMicroKyat")},
      coalesce(${whole("l", "chargeMicroKyat")}, ${whole("e", "chargeMicroKyat")}),
      ${total("chargedMicroKyat")}, ${total("unbilledMicroKyat")}, ${total("costNanoUsd")},
      coalesce(${SERVED}->'pricing', p.payload->'pricing'),
      case when (coalesce(l.payload, e.payload)->>'ownKey')::boolean
        then (p.payload->'ownKeyFee'->>'picoUsdPerRequest')::int8 end,
      ${CHOICES}, p.recorded_at, coalesce(l.recorded_at, e.recorded_at), c.placed,
      coalesce(c.late, c.ended)
    from usual_calls c
      join ${events("p")} on p.position = c.placed
      left join ${events("u")} on u.position = c.reported
      left join ${events("e")} on e.position = c.ended
      left join ${events("l")} on l.position = c.late
  `.execute(db);
}

/** The alternative that served, with its terms; null when the hold's own model did. */
const SERVED = sql.raw(`(select one from jsonb_array_elements(p.payload->'alternatives') as one
  where one->>'model' = coalesce(l.payload, e.payload)->>'model')`);

const CHOICES = sql.raw(`case when p.payload->'alternatives' is not null
    or p.payload->'ownKeyFee' is not null or p.payload->>'billing' = 'free'
  then jsonb_build_object('model', p.payload->'model', 'pricing', p.payload->'pricing',
    'alternatives', coalesce(p.payload->'alternatives', '[]'),
    'ownKeyFee', coalesce(p.payload->'ownKeyFee', 'null'))
    || case when p.payload->>'billing' = 'free' then '{"free": true}' else '{}' end::jsonb end`);

function whole(of: string, name: string) {
  return sql.raw(`(${of}.payload->>'${name}')::int8`);
}

/** What a late settlement adds to what the first one had; null while there was none. */
function total(name: string) {
  return sql`case when l.type is null then ${whole("e", name)}
    else coalesce(${whole("e", name)}, 0)::numeric + ${whole("l", name)} end`;
}
