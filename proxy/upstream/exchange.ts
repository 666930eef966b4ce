/** One call to one target: what is sent there, and how its answer is understood. @module */
import type { Failure } from "../../shared/errors.ts";
import { failure } from "../../shared/errors.ts";
import { type AnswerReader, type CallRequest, dialectOf } from "../dialects/mod.ts";
import type { UpstreamTarget } from "./target.ts";

/** A request, ready to be sent. */
export interface UpstreamRequest {
  readonly url: string;
  readonly headers: Record<string, string>;
  readonly body: string | FormData;
}

/** See the module. */
export interface Exchange {
  readonly request: UpstreamRequest;
  readonly reader: AnswerReader;
}

/**
 * Prepares the exchange. Where the target speaks the client's dialect, bytes pass; else the call is
 * translated to a dialect that it speaks. Fails with `unsupported_parameter` when something in the
 * request cannot be said there, and with `model_not_found` when the target has no such route.
 */
export function exchangeWith(
  target: UpstreamTarget,
  call: CallRequest,
  options: { readonly upstreamModel: string; readonly outputLimit: number | null },
): Exchange | { readonly failure: Failure } {
  const { profile } = target;
  const path = profile.dialects[call.dialect];
  if (path === undefined) {
    return {
      failure: failure("model_not_found", `${target.name} does not serve ${call.endpoint}.`, {
        param: "model",
      }),
    };
  }
  const dialect = dialectOf(call.dialect);
  const sent = dialect.send(call, { ...options, ...profile });
  const url = new URL(
    target.baseUrl +
      path.replaceAll("{model}", encodeURIComponent(options.upstreamModel))
        .replaceAll("{action}", sent.action ?? ""),
  );
  for (const [name, value] of Object.entries(sent.query)) url.searchParams.set(name, value);
  return {
    request: {
      url: url.href,
      headers: {
        "accept-encoding": "identity",
        ...(typeof sent.body === "string" ? { "content-type": "application/json" } : {}),
        ...profile.headers,
        ...sent.headers,
        ...credentialsOf(target),
      },
      body: sent.body,
    },
    reader: dialect.reader(call),
  };
}

/** The headers by which a target knows us; empty when it needs none. Never logged. */
export function credentialsOf({ profile, apiKey }: UpstreamTarget): Record<string, string> {
  if (apiKey === null || profile.auth === "none") return {};
  return profile.auth === "bearer"
    ? { authorization: `Bearer ${apiKey}` }
    : { [profile.auth]: apiKey };
}
