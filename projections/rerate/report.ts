/** Prices the calls of a period again, by account, within the database. @module */
import { sql } from "kysely";
import {
  INPUT_SIDE,
  RATE_FALLBACKS,
  USAGE_CLASSES,
  type UsageClass,
} from "../../shared/usage/mod.ts";
import { decodeRow, type Queryable, table } from "../table/mod.ts";
import { reRateIdOf, type ReRatePeriod, type ReRateTerms } from "./terms.ts";

const reportTable = table({
  name: "re_rate_answer",
  columns: {
    reRateId: "text",
    accountId: "text",
    requests: "count",
    chargeMicroKyat: "amount",
    chargedMicroKyat: "amount",
    unbilledMicroKyat: "amount",
    reRatedMicroKyat: "amount",
    differenceMicroKyat: "amount",
    creditedInPeriodMicroKyat: "amount",
    creditMicroKyat: "amount",
    creditedMicroKyat: "amount?",
  },
  key: [],
  indexes: [],
});

/** What part of the report is read. */
export interface ReportPage {
  /** Null: all accounts. */
  readonly accountId: string | null;
  /** Accounts after this one; null: from the first. */
  readonly after: string | null;
  readonly limit: number;
}

/**
 * At most `limit` rows by account id. Amounts are exact: numeric divisions that cut off, once a call,
 * after half of the divisor was added. `today` is that of Yangon: while a period has not ended before
 * it, further calls may belong to it, and nothing of it is credited. Notes that are about a day of the
 * period, or about no day in particular, are taken off the credit, whatever their models and terms.
 * A call is re-rated as the model that served it; the fee for an own key changes with the exchange
 * rate alone, and a call that no provider bills costs nothing at any terms.
 */
export async function reRate(
  db: Queryable,
  { period, terms, page, today }: {
    readonly period: ReRatePeriod;
    readonly terms: ReRateTerms;
    readonly page: ReportPage;
    readonly today: string;
  },
) {
  const isPeriodOpen = period.to >= today;
  const id = reRateIdOf(period, terms);
  const { accountId, after, limit } = page;
  const { rows } = await sql<Record<string, unknown>>`
    with accounts as (
      select distinct account_id from projections.ended_calls
      where day between ${period.from}::date and ${period.to}::date
        ${accountId === null ? sql`` : sql`and account_id = ${accountId}`}
        ${after === null ? sql`` : sql`and account_id > ${after}`}
        ${period.model === null ? sql`` : sql`and model = ${period.model}`}
      order by account_id limit ${limit}
    ), priced as (
      select r.account_id, r.charge_micro_kyat as charge, r.charged_micro_kyat as charged,
        r.unbilled_micro_kyat as unbilled,
        case when r.choices -> 'free' is not null then 0
          when r.own_key_fee_pico_usd is null
          then ${picoUsd(terms)} * (1000000 + ${markup(terms)})
          else r.own_key_fee_pico_usd::numeric * 1000000
        end * ${fxMicroKyat(terms)} as numerator,
        1000000000 * ${fxNanoUsd(terms)} as denominator
      from accounts a
      join projections.ended_calls c on c.account_id = a.account_id
        and c.day between ${period.from}::date and ${period.to}::date
      join projections.requests r on r.request_id = c.request_id
      where r.charge_micro_kyat is not null
        ${period.model === null ? sql`` : sql`and r.model = ${period.model}`}
    ), summed as (
      select account_id, count(*) as requests, sum(charge) as charge, sum(charged) as charged,
        sum(unbilled) as unbilled, sum(div(2 * numerator + denominator, 2 * denominator)) as rerated
      from priced group by account_id
    ), noted as (
      select a.account_id, sum((e.payload ->> 'amountMicroKyat')::numeric) as overlapping,
        sum((e.payload ->> 'amountMicroKyat')::numeric)
          filter (where e.payload ->> 'reference' = ${id}) as own
      from accounts a
      join projections.event_index i on i.account_id = a.account_id and i.type = 'CreditNoteIssued'
      join ledger.event e using (shard, position)
      where coalesce(e.payload ->> 'fromDay', '') <= ${period.to}
        and coalesce(e.payload ->> 'toDay', '9999-12-31') >= ${period.from}
      group by a.account_id
    )
    select ${id}::text as "reRateId", a.account_id as "accountId",
      coalesce(requests, 0) as requests, coalesce(charge, 0) as "chargeMicroKyat",
      coalesce(charged, 0) as "chargedMicroKyat", coalesce(unbilled, 0) as "unbilledMicroKyat",
      coalesce(rerated, 0) as "reRatedMicroKyat",
      coalesce(rerated - charge, 0) as "differenceMicroKyat",
      coalesce(overlapping, 0) as "creditedInPeriodMicroKyat",
      case when ${isPeriodOpen}::boolean then 0
        else coalesce(greatest(charged - rerated - coalesce(overlapping, 0), 0), 0)
      end as "creditMicroKyat", own as "creditedMicroKyat"
    from accounts a left join summed s using (account_id) left join noted n using (account_id)
    order by a.account_id
  `.execute(db);
  return rows.map((row) => ({ ...decodeRow(reportTable, row), isPeriodOpen }));
}

/**
 * Units × rate over all classes; a class without a rate takes that of the class that lends it. The
 * rates are those of the highest tier that the input side exceeds, and for the rest the base's.
 */
function picoUsd({ rates, tiers }: ReRateTerms) {
  const lenders = sql.join(
    USAGE_CLASSES.map((name) => sql`(${name}::text, ${`{${lendersOf(name).join(",")}}`}::text[])`),
  );
  const json = (value: object) => sql`${JSON.stringify(value)}::text::jsonb`;
  return sql`(
    select coalesce(sum(used.units::numeric * coalesce((
      select (price.rates ->> lender.name)::numeric
      from unnest(lent.names) with ordinality as lender (name, place)
      where price.rates ->> lender.name is not null order by place limit 1), 0)), 0)
    from jsonb_each_text(r.usage) as used (name, units)
    join (values ${lenders}) as lent (name, names) on lent.name = used.name
    cross join (
      select base.rates || coalesce((
        select tier -> 'ratesPicoUsdPerUnit' from jsonb_array_elements(base.tiers) as tier
        where (tier ->> 'aboveInputTokens')::int8 < ${inputTokens()}
        order by (tier ->> 'aboveInputTokens')::int8 desc limit 1), '{}') as rates
      from (select
        coalesce(${json(rates)} -> r.model, r.pricing -> 'ratesPicoUsdPerUnit') as rates,
        case when ${json(rates)} -> r.model is not null then ${json(tiers)} -> r.model
          else r.pricing -> 'tiers' end as tiers) base
    ) price)`;
}

function inputTokens() {
  const units = INPUT_SIDE.map((name) => `coalesce((r.usage ->> '${name}')::int8, 0)`);
  return sql.raw(`(${units.join(" + ")})`);
}

function lendersOf(name: UsageClass): readonly UsageClass[] {
  const next = RATE_FALLBACKS[name];
  return next === null ? [name] : [name, ...lendersOf(next)];
}

function markup({ markupPartsPerMillion }: ReRateTerms) {
  return markupPartsPerMillion === null
    ? sql`(r.pricing ->> 'markupPartsPerMillion')::numeric`
    : sql`${markupPartsPerMillion}::numeric`;
}

function fxMicroKyat({ fx }: ReRateTerms) {
  return fx === null ? sql`(r.pricing ->> 'fxMicroKyat')::numeric` : sql`${fx.microKyat}::numeric`;
}

function fxNanoUsd({ fx }: ReRateTerms) {
  return fx === null ? sql`(r.pricing ->> 'fxNanoUsd')::numeric` : sql`${fx.nanoUsd}::numeric`;
}
