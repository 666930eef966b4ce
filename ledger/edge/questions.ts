/** Answering what edges ask: balances, receipts, and what changed in keys and prices. @module */
import {
  type BalanceView,
  ledgerQuerySchema,
  type LimitsView,
  type ReceiptView,
} from "../../shared/commands/mod.ts";
import { type EdgeConfigPage, edgeConfigRequestSchema } from "../../shared/edge_config/mod.ts";
import { type JsonValue, toJsonValue } from "../../shared/json.ts";

/** What the owner of a shard can say about it. */
export interface ShardViews {
  /** The balance as committed; null when there is no such account. */
  balance(accountId: string): Promise<BalanceView | null>;
  /** Plans in force and how much of them is used; null when there is no such account. */
  limits(accountId: string): Promise<LimitsView | null>;
  /** Keys and models whose committed change stands after a position; `limit` 1 to 2,000. */
  changesAfter(position: bigint, limit: number): Promise<EdgeConfigPage>;
  /** The receipt of a request with its proofs; null when this account has no such request. */
  receipt(accountId: string, requestId: string): Promise<ReceiptView | null>;
}

/** Answers a LedgerQuery with `{result}`. Throws ZodError when it is none. */
export async function answerQuery(message: JsonValue, views: ShardViews): Promise<JsonValue> {
  const query = ledgerQuerySchema.parse(message);
  switch (query.type) {
    case "GetBalance":
      return toJsonValue({ result: await views.balance(query.accountId) });
    case "GetLimits":
      return toJsonValue({ result: await views.limits(query.accountId) });
    case "GetReceipt":
      return toJsonValue({ result: await views.receipt(query.accountId, query.requestId) });
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
