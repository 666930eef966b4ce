/** What must hold after every call: the books, checked from outside by an oracle of their own. @module */
import { expect } from "vitest";
import { type Balance, balanceOf, eventually, readCall, requestsOf } from "./system.ts";
import type { RequestRow, System } from "./system.ts";

/** Charges are computed with fallbacks for classes that have no rate of their own. */
const FALLBACKS: Record<string, string> = {
  cached_input: "input",
  cache_write_5m: "input",
  cache_write_1h: "input",
  reasoning: "output",
};

/**
 * The exact charge of a row in microkyat, computed here from tokens and pinned terms as a fraction
 * and rounded half up once: kyat = Σ units × pUSD × (1 + markup) × (µMMK per nUSD) / 1000.
 */
export function expectedCharge(row: RequestRow): bigint {
  let picoUsd = 0n;
  for (const [usageClass, units] of Object.entries(row.usage ?? {})) {
    const rates = row.pricing.ratesPicoUsdPerUnit;
    const rate = rates[usageClass] ?? rates[FALLBACKS[usageClass] ?? ""] ?? "0";
    picoUsd += BigInt(units) * BigInt(rate);
  }
  const numerator = picoUsd * BigInt(1_000_000 + row.pricing.markupPartsPerMillion) *
    BigInt(row.pricing.fxMicroKyat);
  const denominator = 1_000_000n * 1_000n * BigInt(row.pricing.fxNanoUsd);
  const [whole, rest] = [numerator / denominator, numerator % denominator];
  return 2n * rest >= denominator ? whole + 1n : whole;
}

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
        .toEqual([row.requestId, expectedCharge(row)]);
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
