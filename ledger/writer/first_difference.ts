/** Postings as replayed against postings as stored. @module */
import type { Posting } from "../store/mod.ts";

/**
 * The position of the first posting that only one of the two has, or that differs in its account,
 * amount or the balance that it left; null when they are the same. Both are in the order of position
 * and leg.
 */
export function firstDifference(
  replayed: readonly Posting[],
  stored: readonly Posting[],
): bigint | null {
  for (let index = 0; index < Math.max(replayed.length, stored.length); index++) {
    const [one, other] = [replayed[index], stored[index]];
    if (one === undefined || other === undefined) return (one ?? other)?.position ?? null;
    if (!isSame(one, other)) return one.position < other.position ? one.position : other.position;
  }
  return null;
}

function isSame(one: Posting, other: Posting): boolean {
  return one.position === other.position && one.leg === other.leg &&
    one.account === other.account && one.currency === other.currency &&
    one.amount === other.amount && one.balanceAfter === other.balanceAfter;
}
