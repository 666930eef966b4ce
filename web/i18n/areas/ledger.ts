/** What the pages of the ledger say. @module */
import { area } from "../area.ts";

/** See the module. */
export const ledgerTexts = area(
  { ledger: "Ledger" },
  { ledger: "စာရင်းမှတ်တမ်း" },
);
