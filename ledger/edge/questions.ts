/** Answering what edges ask: balances, receipts, and what changed in keys and prices. @module */
import { type BalanceView, ledgerQuerySchema } from "../../shared/commands/mod.ts";
import { type EdgeConfigPage, edgeConfigRequestSchema } from "../../shared/edge_config/mod.ts";
import type { RecordedEvent } from "../../shared/events/mod.ts";
import { type JsonValue, toJsonValue } from "../../shared/json.ts";
import { receiptOf } from "./receipt.ts";

/** What the owner of a shard can say about it. */
export interface ShardViews {
  /** The balance as committed; null when there is no such account. */
  balance(accountId: string): Promise<BalanceView | null>;
  /** Keys and models whose committed change stands after a position; `limit` 1 to 2,000. */
  changesAfter(position: bigint, limit: number): Promise<EdgeConfigPage>;
  /** All events of a request, in order. */
  eventsOf(requestId: string): Promise<readonly RecordedEvent[]>;
}

/** Answers a LedgerQuery with `{result}`. Throws ZodError when it is none. */
export async function answerQuery(message: JsonValue, views: ShardViews): Promise<JsonValue> {
  const query = ledgerQuerySchema.parse(message);
  switch (query.type) {
    case "GetBalance":
      return toJsonValue({ result: await views.balance(query.accountId) });
    case "GetReceipt": {
      const events = await views.eventsOf(query.requestId);
      return toJsonValue({ result: receiptOf(query.accountId, events) });
    }
    default:
      return query satisfies never;
  }
}

/** Answers an EdgeConfigRequest with an EdgeConfigPage. Throws ZodError when it is none. */
export async function answerConfigRequest(
  message: JsonValue,
  views: ShardViews,
): Promise<JsonValue> {
  const { afterPosition, limit } = edgeConfigRequestSchema.parse(message);
  return toJsonValue(await views.changesAfter(BigInt(afterPosition), limit));
}
