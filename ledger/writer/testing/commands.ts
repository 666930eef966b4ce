/** Command envelopes for tests of the writer. @module */
import type { CommandEnvelope } from "../../../shared/commands/mod.ts";
import { UNKNOWN_CALL } from "../../../shared/events/mod.ts";
import { toJsonValue } from "../../../shared/json.ts";

/** A request id made of a number. */
export function requestIdOf(n: number): string {
  return `01890a5d-ac96-774b-bcce-${n.toString(16).padStart(12, "0")}`;
}

function envelope(
  operationId: string,
  type: CommandEnvelope["type"],
  body: Record<string, unknown>,
): CommandEnvelope {
  const json = toJsonValue(body) as Record<string, unknown>;
  return { operationId, actor: "user:test", occurredAtMs: 1, type, body: json };
}

/** Grants microkyat to an account. */
export function grant(operationId: string, accountId: string, amount: bigint, reference = "x") {
  const body = { accountId, amountMicroKyat: amount, source: "promotion", reference };
  return envelope(operationId, "GrantCredit", body);
}

/** Places a hold of some microkyat for request number `n`. */
export function hold(n: number, accountId: string, amount: number, holdTtlMs = 60_000) {
  return envelope(`hold:${requestIdOf(n)}`, "PlaceHold", {
    accountId,
    requestId: requestIdOf(n),
    keyId: "key-1",
    edgeId: "edge-1",
    model: "toy",
    endpoint: "chat",
    inputTokensBound: amount,
    outputTokensRequested: null,
    minimumOutputTokens: 1,
    holdTtlMs,
  });
}

/** Releases the hold of request number `n`. */
export function release(n: number, accountId: string) {
  return envelope(`release:${requestIdOf(n)}`, "ReleaseHold", {
    accountId,
    requestId: requestIdOf(n),
    reason: "upstream_failed",
    call: UNKNOWN_CALL,
  });
}
