/**
 * Rebuilds an account's balance from its events alone: the legs are derived anew from each payload
 * and added up, and only then held against the legs and balances that the ledger stored.
 *
 * @module
 */
import { type Kysely, sql } from "kysely";
import { ledgerDomain } from "../../../ledger/shard/mod.ts";
import type { Leg } from "../../../ledger/domain.ts";
import { decodeEvent, type EventType } from "../../../shared/events/mod.ts";
import type { JsonObject } from "../../../shared/json.ts";

/** A leg with the balance of its account after it; the balance is null where it was not followed. */
export interface ReplayedLeg extends Leg {
  readonly balanceAfter: bigint | null;
}

/** One event that moved the account's money. */
export interface ReplayedEvent {
  readonly position: bigint;
  readonly recordedAtMs: number;
  readonly type: string;
  readonly actor: string;
  readonly requestId: string | null;
  readonly legs: readonly ReplayedLeg[];
  /** After the event, by the fold. */
  readonly availableMicroKyat: bigint;
  readonly heldMicroKyat: bigint;
  /** What the ledger stored that the fold does not lead to; empty when all agrees. */
  readonly findings: readonly string[];
}

interface StoredLeg {
  readonly account: string;
  readonly currency: string;
  readonly amount: string;
  readonly balanceAfter: string;
}

interface Row {
  readonly position: bigint | string;
  readonly type: EventType;
  readonly schemaVersion: number;
  readonly actor: string;
  readonly requestId: string | null;
  readonly recordedAtMs: bigint | string;
  readonly payload: JsonObject;
  readonly stored: readonly StoredLeg[];
}

/** What is replayed. */
export interface ReplayRange {
  readonly db: Kysely<unknown>;
  readonly shard: number;
  readonly accountId: string;
  /** Up to and with this position. */
  readonly position: bigint;
}

const PAGE = 1_000;

/** Whether the log of a shard has an account. */
export async function hasAccount(
  db: Kysely<unknown>,
  shard: number,
  accountId: string,
): Promise<boolean> {
  const { rows } = await sql`
    select 1 from ledger.event where shard = ${shard} and stream = ${`account-${accountId}`} limit 1
  `.execute(db);
  return rows.length > 0;
}

/** The account's events that moved money or should have, in their order. */
export async function* replay(range: ReplayRange): AsyncGenerator<ReplayedEvent> {
  const own = [`2000:${range.accountId}`, `2010:${range.accountId}`] as const;
  const balances = new Map<string, bigint>(own.map((account) => [account, 0n]));
  let after = 0n;
  while (true) {
    const rows = await page(range, own, after);
    for (const row of rows) {
      const event = fold(row, own, balances);
      if (event !== null) yield event;
    }
    const last = rows.at(-1);
    if (last === undefined || rows.length < PAGE) return;
    after = BigInt(last.position);
  }
}

/** Applies one event to the balances; null when it moves nothing of the account and should not. */
function fold(
  row: Row,
  own: readonly string[],
  balances: Map<string, bigint>,
): ReplayedEvent | null {
  const legs = ledgerDomain.postings(decodeEvent(row)).map((leg): ReplayedLeg => {
    const before = balances.get(leg.account);
    if (before === undefined || leg.currency !== "MMK") return { ...leg, balanceAfter: null };
    const balanceAfter = before + leg.amount;
    balances.set(leg.account, balanceAfter);
    return { ...leg, balanceAfter };
  });
  const touches = (accounts: readonly { account: string }[]) =>
    accounts.some(({ account }) => own.includes(account));
  if (!touches(legs) && !touches(row.stored)) return null;
  const [wallet, holds] = own.map((account) => balances.get(account) ?? 0n) as [bigint, bigint];
  return {
    position: BigInt(row.position),
    recordedAtMs: Number(row.recordedAtMs),
    type: row.type,
    actor: row.actor,
    requestId: row.requestId,
    legs,
    availableMicroKyat: -wallet,
    heldMicroKyat: -holds,
    findings: differences(legs, row.stored),
  };
}

function differences(legs: readonly ReplayedLeg[], stored: readonly StoredLeg[]): string[] {
  const findings: string[] = [];
  for (let index = 0; index < Math.max(legs.length, stored.length); index++) {
    const [derived, kept] = [legs[index], stored[index]];
    const [ours, theirs] = [derived, kept].map((leg) =>
      leg === undefined ? "nothing" : `${leg.account} ${leg.currency} ${leg.amount}`
    );
    const what = `leg ${index + 1}`;
    if (ours !== theirs) findings.push(`${what} is ${theirs}, but the event says ${ours}`);
    const after = derived?.balanceAfter ?? null;
    if (after !== null && kept !== undefined && after.toString() !== kept.balanceAfter) {
      findings.push(`${what} leaves ${after}, but the books say ${kept.balanceAfter}`);
    }
  }
  return findings;
}

/** Events of the account's stream, and whatever else has a posting on its two ledger accounts. */
async function page(
  { db, shard, accountId, position }: ReplayRange,
  [wallet, holds]: readonly [string, string],
  after: bigint,
): Promise<readonly Row[]> {
  const within = sql`position > ${after.toString()}::int8
    and position <= ${position.toString()}::int8`;
  const posted = (account: string) =>
    sql`(select position from ledger.posting where shard = ${shard}
      and account = ${account} and currency = 'MMK' and ${within} order by position limit ${PAGE})`;
  const { rows } = await sql<Row>`
    select e.position, e.type, e.schema_version as "schemaVersion", e.actor,
      e.request_id as "requestId", e.recorded_at as "recordedAtMs", e.payload,
      coalesce((select jsonb_agg(jsonb_build_object('account', p.account, 'currency', p.currency,
          'amount', p.amount::text, 'balanceAfter', p.balance_after::text) order by p.leg)
        from ledger.posting p where p.shard = e.shard and p.position = e.position), '[]'::jsonb)
        as stored
    from (select distinct position from (
        (select position from ledger.event where shard = ${shard}
          and stream = ${`account-${accountId}`} and ${within} order by version limit ${PAGE})
        union all ${posted(wallet)} union all ${posted(holds)}) of_account
      order by position limit ${PAGE}) found
    join ledger.event e on e.shard = ${shard} and e.position = found.position
    order by e.position
  `.execute(db);
  return rows;
}
