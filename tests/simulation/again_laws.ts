/** The law about calls that are repeated under an idempotency key. @module */
import type { StoredEvent } from "../../ledger/store/mod.ts";
import type { Seen } from "./clients.ts";
import { objectOf } from "./evidence.ts";
import type { Violation } from "./laws.ts";

/**
 * Checks one shard's log: while a call under a key runs, or once it was charged, no other call begins
 * under that key. A key is free again when its call was released or has expired without a charge;
 * usage that comes late is charged then beside the repetition, because both were made.
 */
export function checkKeys(events: readonly StoredEvent[]): Violation[] {
  const keyOf = new Map<string, string>();
  const taken = new Map<string, string>();
  const found: Violation[] = [];
  for (const { type, payload, position } of events) {
    const requestId = String(payload.requestId ?? "");
    if (type === "HoldPlaced") {
      const { keyHash } = objectOf(payload.idempotency);
      if (keyHash === undefined) continue;
      const key = `${payload.accountId} ${keyHash}`;
      const other = taken.get(key);
      if (other !== undefined) {
        found.push({
          law: "21",
          detail: `${requestId} at position ${position} begins under the key of ${other}`,
        });
      }
      keyOf.set(requestId, key);
      taken.set(key, requestId);
    }
    const key = keyOf.get(requestId);
    if (key === undefined) continue;
    const frees = type === "HoldReleased" || type === "HoldExpired";
    if (frees && taken.get(key) === requestId) taken.delete(key);
    if (type === "LateUsageSettled" && !taken.has(key)) taken.set(key, requestId);
  }
  return found;
}

/** Checks what clients were shown: of one call always the same, and never that of another one. */
export function checkAnswers(calls: readonly Seen[]): Violation[] {
  const shown = new Map<string, Seen>();
  const found: Violation[] = [];
  for (const seen of calls) {
    const { callId, requestId, status, text } = seen;
    if (requestId === null || status !== 200) continue;
    const before = shown.get(requestId);
    if (before === undefined || before.text.length < text.length) shown.set(requestId, seen);
    if (before === undefined) continue;
    const say = (what: string) =>
      found.push({ law: "21", detail: `${callId} (${requestId}): ${what}` });
    if (before.key !== seen.key || before.accountId !== seen.accountId) {
      say("was answered to somebody else");
    }
    if (before.prompt !== seen.prompt) say("was answered to another question");
    if (!before.text.startsWith(text) && !text.startsWith(before.text)) {
      say("was answered in two ways");
    }
  }
  return found;
}
