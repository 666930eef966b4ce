/** Balances of a range of the log as one aggregate, for rebuilds. @module */
import { sql } from "kysely";
import { EVENT_TYPES } from "../../shared/events/mod.ts";
import { type LogRange, requireKnown, within } from "../log/mod.ts";
import type { Queryable } from "../table/mod.ts";
import { MOVEMENTS } from "./movements.ts";

/**
 * Adds what the events of a range move, exactly as the fold does one by one; a property test compares
 * them. Rejects, having changed nothing that a rollback does not undo, when the fold might refuse an
 * event: a wallet that is not there or opened twice, an amount that is missing, fewer than no holds
 * at any moment.
 */
export async function addRange(db: Queryable, schema: string, range: LogRange): Promise<void> {
  await requireKnown(db, range);
  const target = sql.raw(`${schema}.balances`);
  const { rows } = await sql<{ doubtful: bigint | string }>`
    with moves as materialized (
      select (payload->>'accountId') collate "C" as account, position,
        type = 'AccountOpened' as opens,
        case when type = 'AccountOpened' then payload->>'name' end as name,
        ${figure("credited")} as credited, ${figure("settled")} as settled,
        ${figure("held")} - ${figure("unheld")} as held,
        case ${sql.raw(HOLDS)} else 0 end as holds
      from ledger.event where ${within(range)}
        and type in ('AccountOpened', ${sql.join(TYPES.map((type) => sql.lit(type)))})
    ), running as (
      select *, sum(held) over upto as held_then, sum(holds) over upto as holds_then,
        row_number() over upto as turn
      from moves window upto as (partition by account order by position)
    ), sums as (
      select account, max(name) as name, sum(credited) as credited, sum(settled) as settled,
        sum(held) as held, sum(holds) as holds, min(held_then) as least_held,
        min(holds_then) as least_holds, count(*) filter (where opens) as openings,
        min(turn) filter (where opens) as opening_turn, min(position) as first,
        max(position) as last,
        bool_or(account is null or credited is null or settled is null or held is null) as torn
      from running group by account
    ), doubtful as (
      select count(*) as doubtful from sums s left join ${target} b on b.account_id = s.account
      where torn or s.openings <> (case when b.account_id is null then 1 else 0 end)
        or (s.openings = 1 and (s.opening_turn <> 1 or s.name is null))
        or coalesce(b.held_micro_kyat, 0) + s.least_held < 0
        or coalesce(b.open_holds, 0) + s.least_holds < 0
    ), written as (
      insert into ${target} as b (account_id, name, credited_micro_kyat, settled_micro_kyat,
        held_micro_kyat, open_holds, opened_at_ms, updated_at_ms)
      select account, coalesce(name, ''), credited, settled, held, holds,
        (select recorded_at from ledger.event where shard = ${range.shard} and position = first),
        (select recorded_at from ledger.event where shard = ${range.shard} and position = last)
      from sums where account is not null
      on conflict (account_id) do update set
        credited_micro_kyat = b.credited_micro_kyat + excluded.credited_micro_kyat,
        settled_micro_kyat = b.settled_micro_kyat + excluded.settled_micro_kyat,
        held_micro_kyat = b.held_micro_kyat + excluded.held_micro_kyat,
        open_holds = b.open_holds + excluded.open_holds, updated_at_ms = excluded.updated_at_ms
    )
    select doubtful from doubtful
  `.execute(db);
  if (BigInt(rows[0]!.doubtful) !== 0n) throw new Error("only the fold can tell what is wrong");
}

const TYPES = EVENT_TYPES.filter((type) => MOVEMENTS[type] !== null);

const HOLDS = TYPES.map((type) => `when type = '${type}' then ${MOVEMENTS[type]!.openHolds ?? 0}`)
  .join(" ");

/** What the event adds to a figure. An amount fits 63 bits; sums of int8 are exact numerics. */
function figure(name: "credited" | "settled" | "held" | "unheld") {
  const cases = TYPES.flatMap((type) => {
    const member = MOVEMENTS[type]![name];
    return member === undefined ? [] : [`when type = '${type}' then (payload->>'${member}')::int8`];
  });
  return sql.raw(`case ${cases.join(" ")} else 0 end`);
}
