/** Asks the ledger to hold what a call can cost at most, before anything is sent upstream. @module */
import { type Bus, BusError, subjects } from "../../shared/bus/mod.ts";
import {
  type CommandBody,
  commandReplySchema,
  edgeOperationId,
  type HoldGrant,
  parseHoldGrant,
  type Rejection,
  type RejectionCode,
} from "../../shared/commands/mod.ts";
import type { Effects } from "../../shared/effects.ts";
import { type Failure, failure } from "../../shared/errors.ts";
import type { JsonObject } from "../../shared/json.ts";
import { rateLimitHeaders, rateLimitSchema } from "../../shared/limits/mod.ts";
import type { ProxyFailure } from "../errors.ts";

/** What a hold is asked for. */
export type HoldRequest = CommandBody<"PlaceHold">;

/** How the ledger answered. `uncertain` means that a hold may stand although none was granted. */
export type HoldOutcome =
  | {
    readonly status: "granted";
    readonly grant: HoldGrant;
    /** Models that were asked for and are not held, because the ledger does not sell them now. */
    readonly unsold: readonly string[];
  }
  /** The call was carried out before, under this request id, and is not to be made again. */
  | { readonly status: "replay"; readonly requestId: string; readonly failure: Failure }
  | { readonly status: "refused"; readonly failure: Failure; readonly uncertain: boolean };

const REQUEST_TIMEOUT_MS = 2_000;
const RETRY_AFTER_MS = 1_000;

interface HoldDeps {
  readonly bus: Bus;
  readonly effects: Pick<Effects, "clock">;
}

/**
 * Places a hold. One retry under the same operation id when the first answer stays away, so at most
 * 4 s and never two holds. No answer, or none that can be understood, is `ledger_unavailable`. A model
 * that the ledger does not sell, as when its price was withdrawn a moment ago, is left out as long as
 * another one may serve: it must not take the others of its chain along.
 */
export async function placeHold(
  deps: HoldDeps,
  request: HoldRequest,
  shard: number,
): Promise<HoldOutcome> {
  const unsold: string[] = [];
  for (let asked: HoldRequest | null = request;;) {
    const outcome: HoldOutcome | Unsold = await place(deps, asked, shard, unsold.length);
    if (outcome.status === "granted") return { ...outcome, unsold };
    if (outcome.status !== "unsold") return outcome;
    asked = without(asked, outcome.model);
    if (asked === null) return { status: "refused", failure: outcome.failure, uncertain: false };
    unsold.push(outcome.model);
  }
}

/** One of the models can't be held, and nothing was. */
interface Unsold {
  readonly status: "unsold";
  readonly model: string;
  readonly failure: Failure;
}

const OF_ONE_MODEL: ReadonlySet<RejectionCode> = new Set([
  "model_not_priced",
  "usage_class_not_priced",
  "model_not_allowed",
]);

/** The request for the other models alone; null when there is no other. */
function without(request: HoldRequest, unsold: string): HoldRequest | null {
  const { model, alternatives = [], ...rest } = request;
  const all = [model, ...alternatives];
  const [first, ...others] = all.filter((each) => each !== unsold);
  if (first === undefined || others.length + 1 === all.length) return null;
  return { ...rest, model: first, ...(others.length === 0 ? {} : { alternatives: others }) };
}

async function place(
  deps: HoldDeps,
  request: HoldRequest,
  shard: number,
  sequence: number,
): Promise<HoldOutcome | Unsold> {
  const envelope: JsonObject = {
    // What was asked for with another choice of models is another operation.
    operationId: edgeOperationId("hold", request.requestId, sequence === 0 ? undefined : sequence),
    actor: `edge:${request.edgeId}`,
    occurredAtMs: deps.effects.clock.nowMs(),
    type: "PlaceHold",
    body: { ...request },
  };
  let uncertain = false;
  for (let attempt = 1; attempt <= 2; attempt++) {
    try {
      const answer = await deps.bus.request(subjects.command(shard), envelope, {
        timeoutMs: REQUEST_TIMEOUT_MS,
      });
      // The usual answer is read without the schema of all answers.
      const { status, result } = answer as JsonObject;
      if (status === "accepted") {
        return { status: "granted", grant: parseHoldGrant(result), unsold: [] };
      }
      const reply = commandReplySchema.parse(answer);
      if (reply.status === "rejected") {
        const { code, details } = reply.rejection;
        const failure = rejectionFailure(reply.rejection, request);
        if (OF_ONE_MODEL.has(code) && typeof details.model === "string") {
          return { status: "unsold", model: details.model, failure };
        }
        return code === "idempotency_replay" && typeof details.requestId === "string"
          ? { status: "replay", requestId: details.requestId, failure }
          : { status: "refused", failure, uncertain: false };
      }
      return unavailable(
        reply.status === "unavailable" ? reply.retryAfterMs : RETRY_AFTER_MS,
        uncertain,
      );
    } catch (error) {
      // Nobody listening means nobody acted; anything else leaves open whether a hold stands.
      uncertain ||= !(error instanceof BusError && error.code === "no_responders");
    }
  }
  return unavailable(RETRY_AFTER_MS, uncertain);
}

function unavailable(retryAfterMs: number, uncertain: boolean): HoldOutcome {
  return {
    status: "refused",
    failure: failure(
      "ledger_unavailable",
      "The ledger did not answer, so the call was not made and costs nothing. Try again shortly.",
      { retryAfterMs: Math.max(retryAfterMs, 100) },
    ),
    uncertain,
  };
}

/** What a client is told about a rejected hold. */
export function rejectionFailure(refusal: Rejection, request: HoldRequest): ProxyFailure {
  // Who calls a model knows of no hold.
  const rejection = { ...refusal, message: refusal.message.replace(/^Hold refused: /, "") };
  switch (rejection.code) {
    case "insufficient_credit":
      return failure(
        "insufficient_quota",
        `The balance cannot carry this call: ${rejection.message}. Top up, or ask for less output.`,
      );
    case "budget_exceeded":
      return failure("budget_exceeded", `A budget cannot carry this call: ${rejection.message}.`);
    case "key_revoked":
      return failure("api_key_revoked", `The API key ${request.keyId} was revoked.`);
    case "key_expired":
      return failure("api_key_expired", `The API key ${request.keyId} has expired.`);
    case "model_not_allowed":
      return failure(
        "model_not_allowed",
        `The API key ${request.keyId} may not call this model: ${rejection.message}.`,
        { param: "model" },
      );
    case "rate_limited":
      return rateLimited(rejection);
    case "idempotency_conflict":
      return failure(
        "idempotency_conflict",
        "This Idempotency-Key was used for another request within the last 24 hours. Use a new one.",
        { param: "Idempotency-Key" },
      );
    case "idempotency_in_progress":
      return failure(
        "idempotency_in_progress",
        "The request with this Idempotency-Key is still running. Try again to get its answer.",
        { param: "Idempotency-Key", retryAfterMs: RETRY_AFTER_MS },
      );
    case "idempotency_replay":
      return failure(
        "idempotency_replay",
        "The request with this Idempotency-Key was carried out and charged, and its answer is not " +
          "to be had any more. Use a new key to ask again.",
        { param: "Idempotency-Key" },
      );
    case "key_not_found":
    case "account_not_found":
      return failure("invalid_api_key", `The API key ${request.keyId} is not known to the ledger.`);
    case "model_not_priced":
      return failure("model_not_found", `The model ${request.model} is not for sale.`, {
        param: "model",
      });
    case "input_too_long":
      return failure(
        "context_length_exceeded",
        `The input is too long for ${request.model}: ${rejection.message}.`,
        { param: "messages" },
      );
    case "too_many_holds":
      return failure("too_many_requests", `Too many calls are open: ${rejection.message}.`, {
        retryAfterMs: RETRY_AFTER_MS,
      });
    case "markup_not_set":
    case "fx_rate_not_set":
    case "own_key_fee_not_set":
    case "usage_class_not_priced":
    case "amount_overflow":
      return failure("pricing_unavailable", `The call cannot be priced: ${rejection.message}.`);
    case "invalid_command":
    case "operation_conflict":
    case "account_exists":
    case "key_exists":
    case "request_exists":
    case "hold_not_found":
    case "hold_settled":
    case "hold_released":
    case "hold_expired":
    case "late_window_passed":
    case "model_not_held":
    case "billing_not_held":
    case "sequence_passed":
    case "usage_decreased":
    case "amount_is_zero":
    case "plan_not_found":
    case "too_many_keys":
    case "too_many_plans":
    case "credit_note_exists":
    case "credit_note_too_high":
    case "alert_rule_not_found":
    case "alert_rule_kind_fixed":
    case "too_many_alert_rules":
    case "provider_key_exists":
    case "provider_key_not_found":
    case "provider_key_changed":
    case "routing_changed":
    case "router_not_found":
    case "alias_not_found":
    case "too_many_routing_names":
    case "too_many_provider_keys":
      return failure(
        "internal_error",
        `The ledger refused the hold with ${rejection.code}. Nothing was charged.`,
      );
    default:
      return rejection.code satisfies never;
  }
}

/** Says what is left of the limit and when to come back, unless waiting does not help. */
function rateLimited({ message, details }: Rejection): ProxyFailure {
  const { retryAfterMs, resetAtMs } = details;
  const waitMs = typeof retryAfterMs === "number" ? retryAfterMs : null;
  const limit = rateLimitSchema.safeParse(details);
  // The ledger's clock, by which the reset was told.
  const nowMs = typeof resetAtMs === "number" ? resetAtMs - (waitMs ?? 0) : 0;
  return {
    ...failure(
      "rate_limited",
      `A limit of the plan was reached: ${message}.`,
      waitMs === null ? {} : { retryAfterMs: waitMs },
    ),
    headers: {
      ...(limit.success ? rateLimitHeaders([limit.data], nowMs) : {}),
      // A call that needs more than the limit ever allows is not worth another try.
      ...(waitMs === null ? { "x-should-retry": "false" } : {}),
    },
  };
}
