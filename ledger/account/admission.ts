/** What a hold must pass besides its price: who calls, repetitions, and limits. @module */
import type { CommandBody } from "../../shared/commands/mod.ts";
import type { JsonObject } from "../../shared/json.ts";
import { isModelAllowed } from "../../shared/key_settings/mod.ts";
import type { LimitName } from "../../shared/limits/mod.ts";
import { type Rejected, rejected } from "../decision.ts";
import type { DecisionTime } from "../domain.ts";
import { admitByLimits, type CallBounds, type LimitRefusal } from "../limits/mod.ts";
import type { PricingBook } from "../pricing/mod.ts";
import { findCall } from "./idempotency.ts";
import { keyRevoked, noAccount, noKey } from "./refusals.ts";
import type { Account, AccountBook, ApiKey } from "./state.ts";

const RETRY_UNKNOWN_MS = 1_000;

/** Who calls. */
export interface Caller {
  readonly status: "caller";
  readonly account: Account;
  readonly key: ApiKey;
}

/** The account and key of a call that may be made, and that was not made before. */
export function admitCaller(
  book: AccountBook,
  prices: PricingBook,
  body: CommandBody<"PlaceHold">,
  { nowMs }: DecisionTime,
): Caller | Rejected {
  const account = book.accounts.get(body.accountId);
  if (account === undefined) return noAccount(body.accountId);
  const key = account.keys.get(body.keyId);
  if (key === undefined) return noKey(body.accountId, body.keyId);
  if (key.revoked) return keyRevoked(body.keyId);
  const { expiresAtMs } = key.settings;
  if (expiresAtMs !== null && nowMs >= expiresAtMs) {
    const { keyId } = key;
    return rejected("key_expired", `Key ${keyId} has expired`, { keyId, expiresAtMs });
  }
  const notAllowed = modelNotAllowed(key, prices, body);
  if (notAllowed !== null) return notAllowed;
  const { requestId } = body;
  if (book.requests.byId.has(requestId)) {
    return rejected("request_exists", `Request ${requestId} has a hold already`, { requestId });
  }
  return repetition(book, body, nowMs) ?? { status: "caller", account, key };
}

/** Why the key may not call a model that may serve the hold, or null. */
function modelNotAllowed(
  key: ApiKey,
  prices: PricingBook,
  { model, alternatives = [] }: CommandBody<"PlaceHold">,
): Rejected | null {
  const { allowedModels } = key.settings;
  if (allowedModels === null) return null;
  for (const one of [model, ...alternatives]) {
    const ownedBy = prices.prices.get(one)?.ownedBy ?? null;
    if (isModelAllowed(allowedModels, { model: one, ownedBy })) continue;
    return rejected("model_not_allowed", `Hold refused: key ${key.keyId} may not call ${one}`, {
      keyId: key.keyId,
      model: one,
    });
  }
  return null;
}

/** Why a call with an idempotency key is not made again, or null when it is the first. */
function repetition(
  book: AccountBook,
  { accountId, idempotency }: CommandBody<"PlaceHold">,
  nowMs: number,
): Rejected | null {
  if (idempotency === undefined) return null;
  const { keyHash, bodyHash } = idempotency;
  const call = findCall(book.idempotency, { accountId, keyHash }, nowMs);
  if (call === null) return null;
  const { requestId } = call;
  if (call.bodyHash !== bodyHash) {
    return rejected(
      "idempotency_conflict",
      `Hold refused: the idempotency key was used for another call, ${requestId}`,
      { requestId },
    );
  }
  return call.isSettled
    ? rejected("idempotency_replay", `Hold refused: the call was made before, as ${requestId}`, {
      requestId,
    })
    : rejected("idempotency_in_progress", `Hold refused: the call runs already, as ${requestId}`, {
      requestId,
      retryAfterMs: RETRY_UNKNOWN_MS,
    });
}

/** What limits make of a hold: the output that they carry, and what the edge is told of them. */
export interface WithinLimits {
  readonly status: "within";
  readonly outputTokens: number;
  /** Members of the result. */
  readonly told: JsonObject;
}

/** Decides by the limits of the account and of the key together. */
export function withinLimits(
  account: Account,
  key: ApiKey,
  bounds: CallBounds,
  nowMs: number,
): WithinLimits | Rejected {
  const { outputTokens } = bounds;
  // Most accounts have no plan: nothing is looked up or built for them.
  if (account.limiter === null && key.limiter === null) {
    return { status: "within", outputTokens, told: {} };
  }
  const planId = (key.limiter?.plan ?? account.limiter?.plan)?.planId;
  const plan: JsonObject = planId === undefined ? {} : { planId };
  const admission = admitByLimits([account, key], bounds, nowMs);
  if (admission === null) return { status: "within", outputTokens, told: plan };
  if (admission.status === "refused") return rateLimited(admission, nowMs);
  const rateLimits = admission.rateLimits.map((one): JsonObject => ({ ...one }));
  return {
    status: "within",
    outputTokens: admission.outputTokens,
    told: { ...plan, rateLimits },
  };
}

const IN_WORDS: Readonly<Record<LimitName, string>> = {
  requestsPerMinute: "requests a minute",
  tokensPerMinute: "tokens a minute",
  requestsPerDay: "requests a day",
  tokensPerMonth: "tokens a month",
  concurrentRequests: "requests at once",
};

function rateLimited(refusal: LimitRefusal, nowMs: number): Rejected {
  const { owner, name, limit, remaining, needed, resetAtMs } = refusal;
  const keyId = "keyId" in owner ? (owner as ApiKey).keyId : null;
  const whose = keyId === null ? "the account" : `key ${keyId}`;
  const soonMs = resetAtMs === null ? RETRY_UNKNOWN_MS : Math.max(0, resetAtMs - nowMs);
  return rejected(
    "rate_limited",
    `Hold refused: it needs ${needed}, and ${whose} has ${remaining} left of ${limit} ${
      IN_WORDS[name]
    }`,
    {
      name,
      limit,
      remaining,
      needed,
      resetAtMs,
      // What never fits is not worth another try.
      retryAfterMs: needed > limit ? null : soonMs,
      keyId,
    },
  );
}
