/** Calls that are repeated under an idempotency key: told apart, and answered as the first was. @module */
import { type Failure, FailureError } from "../shared/errors.ts";
import type { ProxyDeps } from "./app.ts";
import { presentedKey } from "./authenticate/mod.ts";
import type { Bytes } from "./dialects/mod.ts";
import { idempotencyKeyOf, pathAsked, type ReplaySecret, requestIdentity } from "./replay/mod.ts";

/** What makes a retry the same request. */
export function identityOf(request: Request, { idempotencyKey }: ReplaySecret, body: Bytes) {
  const contentType = request.headers.get("content-type") ?? "";
  return requestIdentity(idempotencyKey, pathAsked(request), body, contentType);
}

/** The secrets that seal the answer of a call with an idempotency key; null for any other call. */
export function replaySecret(request: Request): ReplaySecret | null {
  const idempotencyKey = idempotencyKeyOf(request.headers);
  const apiKey = idempotencyKey === null ? null : presentedKey(request);
  return idempotencyKey === null || apiKey === null ? null : { idempotencyKey, apiKey };
}

/** The answer that the first of these calls got; a failure when it is not kept any more. */
export async function replayed(deps: ProxyDeps, of: {
  readonly requestId: string;
  readonly failure: Failure;
  readonly replay: ReplaySecret;
}): Promise<Response> {
  const kept = await deps.archive.find(of.requestId, of.replay);
  if (kept === null) throw new FailureError(of.failure);
  const headers = { ...kept.headers, "x-sargalay-replayed": "true" };
  return new Response(kept.body, { status: kept.status, headers });
}
