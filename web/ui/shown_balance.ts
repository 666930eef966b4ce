/** A balance as the live panel shows it. @module */
import type { AccountRow } from "../../shared/read_api/mod.ts";
import { kyatParts } from "../format/mod.ts";
import type { ShownBalance } from "../islands/live_balance.tsx";

/** The figures of an account in text, exact. */
export function shownBalance(account: AccountRow): ShownBalance {
  return {
    available: kyatParts(account.availableMicroKyat, 2),
    held: kyatParts(account.heldMicroKyat, 2),
    settled: kyatParts(account.settledMicroKyat, 2),
    credited: kyatParts(account.creditedMicroKyat, 2),
    openHolds: String(account.openHolds),
  };
}
