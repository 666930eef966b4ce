/** Sees to it that the ledger learns how each call ended. @module */
export { createSettlementJournal, type OpenSettlement, type SettlementJournal } from "./journal.ts";
export type { Settlement } from "./journal.ts";
