/** A balance of the past, ready to be shown. @module */
import type { BalanceAsOf } from "../../shared/read_api/mod.ts";
import { kyatParts, timeInYangon } from "../format/mod.ts";
import type { PastBalance } from "../islands/time_slider.tsx";

/** Prepares what was read as of `atMs`, epoch milliseconds; null when there was no account then. */
export function pastBalance(balance: BalanceAsOf | null, atMs: number): PastBalance {
  const shownTime = timeInYangon(atMs);
  if (balance === null) return { shownTime, position: "–", amounts: null };
  return {
    shownTime,
    position: balance.asOf.position,
    amounts: {
      available: kyatParts(balance.availableMicroKyat, 2),
      held: kyatParts(balance.heldMicroKyat, 2),
      total: kyatParts(balance.totalMicroKyat, 2),
    },
  };
}
