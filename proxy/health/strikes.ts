/** What a failure says of whom, and how heavy it weighs. @module */
import type { Strike } from "./breaker.ts";

/** The part of a failure's policy that is about health; each class of failures declares its own. */
export interface Mark {
  /** What is taken for unhealthy by it. */
  readonly marks: "nothing" | "key" | "model" | "provider";
  /** For how long at first, in milliseconds. */
  readonly coolDownMs: number;
  /** When the provider said to come back, in milliseconds from now; null when it did not say. */
  readonly retryAfterMs: number | null;
  /** Whether it may be due to the account behind the key; absent: it is not. */
  readonly isOfAccount?: boolean;
}

/** A cool-down of a minute or more is for what does not pass by itself: it needs no second sign. */
const LASTING_MS = 60_000;
const FAILURES_IN_A_ROW = 3;

/** How a mark counts: what is about a key, or lasting, opens at once; else three in a row do. */
export function strikeOf({ marks, coolDownMs, retryAfterMs }: Mark): Strike {
  const atOnce = marks === "key" || coolDownMs >= LASTING_MS;
  return { coolDownMs, retryAfterMs, opensAfter: atOnce ? 1 : FAILURES_IN_A_ROW };
}
