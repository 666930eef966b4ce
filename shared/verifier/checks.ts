/** Everything that is checked, numbered as in docs/audit.md. @module */

/** One kind of check. */
export interface Check {
  readonly id: string;
  /** What holds when it passes, in one sentence. */
  readonly title: string;
  /** What one "checked" is. */
  readonly unit: string;
}

/** All checks in the order of their numbers, from 1. */
export const CHECKS = [
  {
    id: "files",
    title: "Every file has the size, lines and SHA-256 of the manifest",
    unit: "files",
  },
  { id: "canonical", title: "Every line is canonical JSON", unit: "lines" },
  { id: "shape", title: "Every line has exactly its members, each of its kind", unit: "lines" },
  { id: "positions", title: "Positions have no gap and frames adjoin", unit: "events and frames" },
  { id: "leaf", title: "Every event has the hash that its content gives", unit: "events" },
  { id: "root", title: "Every frame's Merkle root is that of its events", unit: "frames" },
  { id: "chain", title: "Every frame has its own hash and follows the one before", unit: "frames" },
  { id: "time", title: "Epochs and recorded times never decrease", unit: "events and frames" },
  {
    id: "streams",
    title: "Stream versions count up by one, and each event is in its subject's stream",
    unit: "events",
  },
  { id: "tree", title: "Every checkpoint is that of the frames before it", unit: "checkpoints" },
  { id: "signature", title: "Every checkpoint is signed by the key in force", unit: "checkpoints" },
  {
    id: "keys",
    title: "Every signing key is endorsed by the one before, or was told",
    unit: "keys",
  },
  {
    id: "outside",
    title: "The log agrees with the checkpoints that were kept elsewhere",
    unit: "checkpoints",
  },
  { id: "manifest", title: "The manifest says what the files hold", unit: "statements" },
  { id: "balance", title: "Postings sum to zero per event and currency", unit: "events" },
  {
    id: "running",
    title: "Every posting's balance is the one before plus its amount",
    unit: "postings",
  },
  {
    id: "closing",
    title: "The closing balances are those of the postings, and sum to zero",
    unit: "balances",
  },
  {
    id: "payload",
    title: "Every event is of a known type and has the members of it",
    unit: "events",
  },
  {
    id: "postings",
    title: "Every event's postings are those that its payload leads to",
    unit: "events",
  },
  {
    id: "charge",
    title: "Every charge is its usage × pinned rates × markup × exchange rate, rounded once",
    unit: "charges",
  },
  { id: "hold", title: "Every hold covers its bounds at the pinned terms", unit: "holds" },
  {
    id: "request",
    title: "A request has one hold and one end, of one account; a credit note is given once, and " +
      "an account's notes give back no more than it was charged",
    unit: "events",
  },
  {
    id: "split",
    title: "Settled and released make up what was held; the rest is split as it must be",
    unit: "settlements",
  },
  { id: "wallet", title: "No wallet and no sum of holds falls below zero", unit: "movements" },
  {
    id: "expiry",
    title: "Nothing expires before its time, and no late usage comes after seven days",
    unit: "ends",
  },
  {
    id: "terms",
    title: "Prices, markups and exchange rates count up, and what is pinned was in force",
    unit: "terms",
  },
  {
    id: "access",
    title: "Keys are issued once, and not used before, after revocation or after their end",
    unit: "uses",
  },
] as const satisfies readonly Check[];

/** The name of a check. */
export type CheckId = (typeof CHECKS)[number]["id"];
