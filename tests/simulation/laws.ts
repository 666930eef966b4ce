/** What must be true of a world at its end, whatever happened in it. @module */

/** A law that was broken, and by what. */
export interface Violation {
  readonly law: string;
  readonly detail: string;
}

/**
 * The laws by their numbers. 6 and 7 are about leases of credit, which edges do not have here: every
 * hold is the ledger's own.
 */
export const LAWS: Readonly<Record<string, string>> = {
  "1": "available = credits − settled − open holds, and never below zero",
  "2": "the postings of each event sum to zero in each currency",
  "3": "all accounts sum to zero in each currency",
  "4": "a request has at most one settlement and one end",
  "5": "settled and released make up what was held",
  "8": "positions and stream versions have no gaps",
  "9": "each balance is the one before plus the amount",
  "10": "a replay from zero gives the balances and holds that are live",
  "11": "the same operation id has the same outcome for ever",
  "12": "an acknowledged command is in the log after any crash",
  "13": "the chain of frames verifies, and every old head is in it",
  "14": "read models do not depend on batches or crashes",
  "15": "recorded time never goes back, and nothing expires early",
  "16": "a charge is the usage at the pinned terms, rounded once",
  "17": "what the log said up to a position stays the same bytes",
  "18": "what a provider reported is charged, or written off as the wallet cannot carry it",
  "19": "the epochs of writers strictly increase",
  "20": "no call begins for which a limit of its plan has no room",
  "21": "under one idempotency key one call is charged, and answered always the same",
  "22": "the model that served is charged for, and as the key was whose it was",
  L1: "every hold ends",
  L2: "read models catch up with the log",
  L3: "every operation of a person is decided",
  L4: "after the faults a call is answered, paid once and in full",
  L5: "no settlement stays unconfirmed",
  L6: "each shard is served",
  E: "nothing happens in the program that nobody expects",
};
