/** What a key may see of its own account, asked from the ledger. @module */
import { type Bus, subjects } from "../../shared/bus/mod.ts";
import {
  type BalanceView,
  balanceViewSchema,
  type LedgerQuery,
  type ReceiptView,
  receiptViewSchema,
} from "../../shared/commands/mod.ts";
import { failure, FailureError } from "../../shared/errors.ts";
import { type JsonObject, toJsonValue } from "../../shared/json.ts";
import { formatDecimal } from "../../shared/money/mod.ts";
import { z } from "zod";

const QUERY_TIMEOUT_MS = 2_000;
const answerOf = <T extends z.ZodType>(result: T) => z.object({ result: result.nullable() });
const balanceAnswer = answerOf(balanceViewSchema);
const receiptAnswer = answerOf(receiptViewSchema);

/** The account's balance; null when it does not exist. Throws FailureError `ledger_unavailable`. */
export async function readBalance(
  bus: Bus,
  shard: number,
  accountId: string,
): Promise<BalanceView | null> {
  const answer = await ask(bus, shard, { type: "GetBalance", accountId });
  return understood(balanceAnswer, answer).result;
}

/** A request's receipt; null when this account has none of that id. Throws like readBalance. */
export async function readReceipt(
  bus: Bus,
  shard: number,
  accountId: string,
  requestId: string,
): Promise<ReceiptView | null> {
  const answer = await ask(bus, shard, { type: "GetReceipt", accountId, requestId });
  const { result } = understood(receiptAnswer, answer);
  return result?.accountId === accountId ? result : null;
}

/** The balance for its owner: amounts in kyat as decimal strings, exact to the microkyat. */
export function balanceBody(balance: BalanceView): JsonObject {
  return {
    object: "credits",
    account_id: balance.accountId,
    currency: balance.currency,
    credited: formatDecimal(BigInt(balance.creditedMicroKyat), 6),
    settled: formatDecimal(balance.settledMicroKyat, 6),
    held: formatDecimal(balance.heldMicroKyat, 6),
    available: formatDecimal(balance.availableMicroKyat, 6),
    open_holds: balance.openHolds,
    position: balance.position,
  };
}

/** The receipt for its owner: amounts in kyat as decimal strings, with the pinned terms. */
export function receiptBody(receipt: ReceiptView): JsonObject {
  return {
    object: "receipt",
    request_id: receipt.requestId,
    account_id: receipt.accountId,
    key_id: receipt.keyId,
    model: receipt.model,
    asked_model: receipt.askedModel,
    state: receipt.state,
    currency: "MMK",
    hold: formatDecimal(receipt.holdMicroKyat, 6),
    charged: formatDecimal(receipt.chargedMicroKyat, 6),
    unbilled: formatDecimal(receipt.unbilledMicroKyat, 6),
    usage: toJsonValue(receipt.usage),
    evidence: receipt.evidence,
    pricing: toJsonValue(receipt.pricing),
    own_key_fee: toJsonValue(receipt.ownKeyFee),
    billing: receipt.billing,
    call: toJsonValue(receipt.call),
    placed_at_ms: receipt.placedAtMs,
    ended_at_ms: receipt.endedAtMs,
    positions: receipt.positions,
    proofs: toJsonValue(receipt.proofs),
    proof_pending: receipt.proofPending,
  };
}

async function ask(bus: Bus, shard: number, query: LedgerQuery): Promise<unknown> {
  try {
    return await bus.request(subjects.query(shard), query, { timeoutMs: QUERY_TIMEOUT_MS });
  } catch (cause) {
    throw unavailable(cause);
  }
}

function understood<T extends z.ZodType>(schema: T, answer: unknown): z.output<T> {
  const parsed = schema.safeParse(answer);
  if (!parsed.success) throw unavailable(parsed.error);
  return parsed.data;
}

function unavailable(cause: unknown): FailureError {
  return new FailureError(
    failure("ledger_unavailable", "The ledger did not answer. Try again shortly.", {
      retryAfterMs: 1_000,
    }),
    { cause },
  );
}
