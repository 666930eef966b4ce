/** The figures that rules about money, calls, providers and holds are judged by. @module */
import { sql } from "kysely";
import { isMissingTable } from "../../log/mod.ts";
import type { Queryable } from "../../table/mod.ts";
import { minuteOf } from "../signals/mod.ts";
import type { Reading } from "./judge.ts";

/** What calls came to in a window; amounts in nanodollars. */
export interface CallFigures {
  /** Null: of the whole platform. */
  readonly accountId: string | null;
  readonly costNanoUsd: bigint;
  readonly calls: bigint;
  readonly failedCalls: bigint;
}

type Raw<T> = { readonly [Name in keyof T]: string | null };

/** The calls that ended in the current minute and those before it, `windowMinutes` in all. */
export async function readCalls(
  db: Queryable,
  window: { readonly nowMs: number; readonly windowMinutes: number; readonly byAccount: boolean },
): Promise<readonly CallFigures[]> {
  const { nowMs, windowMinutes, byAccount } = window;
  const { rows } = await sql<Raw<CallFigures>>`
    select ${byAccount ? sql`account_id` : sql`null::text`} as "accountId",
      coalesce(sum(cost_nano_usd), 0)::text as "costNanoUsd",
      coalesce(sum(calls), 0)::text as calls, coalesce(sum(failed_calls), 0)::text as "failedCalls"
    from projections.alert_call_minutes
    where minute > ${minuteOf(nowMs) - windowMinutes}::bigint
    ${byAccount ? sql`group by account_id order by account_id` : sql``}
  `.execute(db);
  return rows.map((row) => ({
    accountId: row.accountId,
    costNanoUsd: whole(row.costNanoUsd),
    calls: whole(row.calls),
    failedCalls: whole(row.failedCalls),
  }));
}

/** What is available to accounts, microkyat: of those that have less than a bound, and those named. */
export async function readBalances(
  db: Queryable,
  wanted: { readonly belowMicroKyat: bigint; readonly accountIds: readonly string[] },
): Promise<readonly Reading[]> {
  const available = sql`credited_micro_kyat - settled_micro_kyat - held_micro_kyat`;
  const named = JSON.stringify(wanted.accountIds);
  const { rows } = await sql<{ accountId: string; available: string }>`
    select account_id as "accountId", (${available})::text as available
    from projections.balances
    where credited_micro_kyat > 0 and (${available} < ${wanted.belowMicroKyat.toString()}::numeric
      or account_id in (select jsonb_array_elements_text(${named}::text::jsonb)))
    order by account_id
  `.execute(db);
  return rows.map(({ accountId, available }) => ofAccount(accountId, BigInt(available)));
}

/** What a provider's attempts came to in a window. */
export interface ProviderFigures {
  readonly provider: string;
  readonly served: bigint;
  readonly failed: bigint;
}

/** Every provider of the last day, with its attempts in the window. */
export async function readProviders(
  db: Queryable,
  window: { readonly nowMs: number; readonly windowMinutes: number },
): Promise<readonly ProviderFigures[]> {
  const inWindow = sql`minute > ${minuteOf(window.nowMs) - window.windowMinutes}::bigint`;
  const { rows } = await sql<{ provider: string; served: string; failed: string }>`
    select provider, coalesce(sum(served) filter (where ${inWindow}), 0)::text as served,
      coalesce(sum(failed) filter (where ${inWindow}), 0)::text as failed
    from projections.alert_provider_minutes
    where minute > ${minuteOf(window.nowMs) - DAY_MINUTES}::bigint
    group by provider order by provider
  `.execute(db);
  return rows.map(({ provider, served, failed }) => ({
    provider,
    served: BigInt(served),
    failed: BigInt(failed),
  }));
}

const DAY_MINUTES = 1_440;

/**
 * How many seconds each account's longest overdue hold is past its expiry, by the ledger's own list of
 * open holds; null when the ledger has no tables yet.
 */
export async function readOverdueHolds(
  db: Queryable,
  nowMs: number,
): Promise<readonly Reading[] | null> {
  try {
    const { rows } = await sql<{ accountId: string; expiresAt: string }>`
      select account_id as "accountId", min(expires_at)::text as "expiresAt"
      from ledger.hold where expires_at < ${nowMs}::bigint group by account_id order by account_id
    `.execute(db);
    return rows.map(({ accountId, expiresAt }) =>
      ofAccount(accountId, (BigInt(nowMs) - BigInt(expiresAt)) / 1_000n)
    );
  } catch (error) {
    if (isMissingTable(error)) return null;
    throw error;
  }
}

/** A whole value of one account. */
export function ofAccount(accountId: string, value: bigint, denominator = 1n): Reading {
  const subject = { type: "account", id: accountId } as const;
  return { subject, accountId, numerator: value, denominator };
}

function whole(text: string | null): bigint {
  return BigInt(text ?? "0");
}
