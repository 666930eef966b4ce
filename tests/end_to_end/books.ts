/** What must hold after every call: the books, checked from outside by an oracle of their own. @module */
import { expect } from "vitest";
import { expectedCharge } from "../../scripts/chaos/oracle.ts";
import { type Balance, balanceOf, eventually, readCall, requestsOf } from "./system.ts";
import type { RequestRow, System } from "./system.ts";

/**
 * Waits until the account has no open hold, and returns its calls as the read model shows them from
 * there on. With `calls`, also waits until there are as many.
 */
export async function settled(
  system: System,
  accountId: string,
  calls?: number,
  deadlineMs?: number,
): Promise<RequestRow[]> {
  let rows: RequestRow[] = [];
  await eventually(
    async () => {
      const balance = await balanceOf(system, accountId);
      rows = await requestsOf(system, accountId, balance.position);
      const ended = rows.every((row) => row.state !== "held");
      const complete = calls === undefined || rows.length === calls;
      return balance.openHolds === 0 && ended && complete ||
        { openHolds: balance.openHolds, calls: rows.length };
    },
    `${calls ?? "all"} calls of ${accountId} have ended`,
    deadlineMs,
  );
  return rows;
}

/** Asserts laws 3, 4, 8 and the exact charge of each of the account's calls. */
export async function assertBooks(system: System, accountId: string): Promise<Balance> {
  const balance = await balanceOf(system, accountId);
  const rows = await requestsOf(system, accountId, balance.position);
  let charged = 0n;
  for (const row of rows) {
    if (row.state === "settled" || row.state === "late_settled") {
      expect([row.requestId, BigInt(row.chargeMicroKyat ?? "-1")])
        .toEqual([row.requestId, row.isFree ? 0n : expectedCharge(row.usage ?? {}, row.pricing)]);
      expect(BigInt(row.chargedMicroKyat!) + BigInt(row.unbilledMicroKyat!))
        .toBe(BigInt(row.chargeMicroKyat!));
    }
    charged += BigInt(row.chargedMicroKyat ?? "0");
  }
  expect(BigInt(balance.settledMicroKyat)).toBe(charged);
  expect(BigInt(balance.availableMicroKyat)).toBeGreaterThanOrEqual(0n);
  expect(BigInt(balance.availableMicroKyat)).toBe(
    BigInt(balance.creditedMicroKyat) - charged - BigInt(balance.heldMicroKyat),
  );
  await assertTrialBalance(system);
  return balance;
}

/** Asserts that there are books, kyat among them, and that every currency's accounts sum to zero. */
export async function assertTrialBalance(system: System): Promise<void> {
  const sums = new Map<string, bigint>();
  let cursor: string | null = null;
  do {
    const query: string = cursor === null ? "" : `&cursor=${encodeURIComponent(cursor)}`;
    const page: {
      items: { currency: string; balance: string }[];
      nextCursor: string | null;
    } = await readCall(system, `/v1/trial-balance?limit=200${query}`);
    for (const { currency, balance } of page.items) {
      sums.set(currency, (sums.get(currency) ?? 0n) + BigInt(balance));
    }
    cursor = page.nextCursor;
  } while (cursor !== null);
  expect([...sums.keys()]).toContain("MMK");
  for (const [currency, sum] of sums) expect([currency, sum]).toEqual([currency, 0n]);
}
