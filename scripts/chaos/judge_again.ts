/** Calls that are repeated under an idempotency key: charged once, and answered always the same. @module */
import type { SeenEvent } from "./books.ts";
import type { CallRecord } from "./client.ts";

/**
 * Holds that began under a key while another call with it ran or had been charged. A key is free
 * again when its call was released or has expired without a charge.
 */
export function keysTakenTwice(events: readonly SeenEvent[]): string[] {
  const keys = new Map<string, string>();
  const taken = new Map<string, string>();
  const found: string[] = [];
  for (const { type, payload, position } of events) {
    const requestId = String(payload.requestId ?? "");
    if (type === "HoldPlaced") {
      const { keyHash } = (payload.idempotency ?? {}) as { readonly keyHash?: string };
      if (keyHash === undefined) continue;
      const key = `${payload.accountId} ${keyHash}`;
      const other = taken.get(key);
      if (other !== undefined) {
        found.push(`${requestId} at position ${position} begins under the key of ${other}`);
      }
      keys.set(requestId, key);
      taken.set(key, requestId);
      continue;
    }
    const key = keys.get(requestId);
    if (key === undefined) continue;
    const frees = type === "HoldReleased" || type === "HoldExpired";
    if (frees && taken.get(key) === requestId) taken.delete(key);
    if (type === "LateUsageSettled" && !taken.has(key)) taken.set(key, requestId);
  }
  return found;
}

/** Calls whose answer was shown to another one, or in two ways. */
export function answersMixed(records: readonly CallRecord[]): string[] {
  const longest = new Map<string, CallRecord>();
  const found: string[] = [];
  for (const record of records) {
    const { requestId, text, key, accountId } = record;
    if (requestId === null || record.status !== 200) continue;
    const before = longest.get(requestId);
    if (before === undefined || before.text.length < text.length) longest.set(requestId, record);
    if (before === undefined) continue;
    if (key === null || before.key !== key || before.accountId !== accountId) {
      found.push(`${requestId} was answered to two calls`);
    } else if (!before.text.startsWith(text) && !text.startsWith(before.text)) {
      found.push(`${requestId} was answered in two ways`);
    }
  }
  return found;
}
