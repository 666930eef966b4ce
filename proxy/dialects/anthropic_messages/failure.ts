/** How errors look in Anthropic's APIs. @module */
import { statusOf } from "../../../shared/http/mod.ts";
import type { JsonObject } from "../../../shared/json.ts";
import type { ProxyFailure } from "../../errors.ts";
import type { ErrorForm } from "../dialect.ts";

const encoder = new TextEncoder();

/** Types by HTTP status; all others are `api_error`. */
const TYPES: Readonly<Record<number, string>> = {
  400: "invalid_request_error",
  401: "authentication_error",
  402: "billing_error",
  403: "permission_error",
  404: "not_found_error",
  405: "invalid_request_error",
  408: "timeout_error",
  409: "conflict_error",
  413: "request_too_large",
  422: "invalid_request_error",
  429: "rate_limit_error",
  431: "invalid_request_error",
  499: "invalid_request_error",
  503: "overloaded_error",
  504: "timeout_error",
  529: "overloaded_error",
};

/**
 * `{"type":"error","error":{…},"request_id":…}`, and in a stream an event named `error`. A provider
 * that is overloaded is 529, which Anthropic's clients know as just that.
 */
export const anthropicErrors: ErrorForm = {
  body,
  status: anthropicStatusOf,
  event: (failure) => encoder.encode(`event: error\ndata: ${JSON.stringify(body(failure))}\n\n`),
};

function anthropicStatusOf({ code }: ProxyFailure): number {
  return code === "upstream_overloaded" ? 529 : statusOf(code);
}

function body(failure: ProxyFailure, requestId: string | null = null): JsonObject {
  const type = TYPES[anthropicStatusOf(failure)] ?? "api_error";
  return {
    type: "error",
    error: { type, message: failure.message },
    ...(requestId === null ? {} : { request_id: requestId }),
  };
}
