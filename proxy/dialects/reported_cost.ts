/** What a provider says that a call costs: evidence for reconciliation, never the price. @module */

const NANO_USD_PER_USD = 1_000_000_000;
/** xAI counts in ticks of 1e-10 dollars. */
const TICKS_PER_NANO_USD = 10;
const MOST_NANO_USD = 1_000_000_000_000_000;

/**
 * The cost in a usage object, in whole nanodollars (rounded): `cost` or `total_cost` in dollars as a
 * number or inside an object, or `cost_in_usd_ticks`; null when there is none that can be believed.
 */
export function reportedCostNanoUsd(usage: unknown): number | null {
  if (typeof usage !== "object" || usage === null) return null;
  const members = usage as Record<string, unknown>;
  const ticks = members.cost_in_usd_ticks;
  if (typeof ticks === "number") return believed(ticks / TICKS_PER_NANO_USD);
  const cost = typeof members.cost === "object" && members.cost !== null
    ? (members.cost as Record<string, unknown>).total_cost
    : members.cost ?? members.total_cost;
  return typeof cost === "number" ? believed(cost * NANO_USD_PER_USD) : null;
}

function believed(nanoUsd: number): number | null {
  return Number.isFinite(nanoUsd) && nanoUsd >= 0 && nanoUsd <= MOST_NANO_USD
    ? Math.round(nanoUsd)
    : null;
}
