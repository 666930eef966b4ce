/** How errors look in Google's APIs. @module */
import { statusOf } from "../../../shared/http/mod.ts";
import type { JsonObject } from "../../../shared/json.ts";
import type { ProxyFailure } from "../../errors.ts";
import type { Bytes, ErrorForm } from "../dialect.ts";

const encoder = new TextEncoder();

/** Names of google.rpc.Code by HTTP status. */
const STATUSES: Readonly<Record<number, string>> = {
  400: "INVALID_ARGUMENT",
  401: "UNAUTHENTICATED",
  402: "FAILED_PRECONDITION",
  403: "PERMISSION_DENIED",
  404: "NOT_FOUND",
  409: "ABORTED",
  413: "INVALID_ARGUMENT",
  429: "RESOURCE_EXHAUSTED",
  499: "CANCELLED",
  503: "UNAVAILABLE",
  504: "DEADLINE_EXCEEDED",
};

/** `{"error":{code,message,status,details}}`; in a stream an event with the same. */
export const googleErrors: ErrorForm = {
  body,
  event: (failure) => encoder.encode(`data: ${JSON.stringify(body(failure))}\r\n\r\n`),
};

/** The error as the last element of an array that has begun, which it closes. */
export function arrayErrorEvent(failure: ProxyFailure): Bytes {
  return encoder.encode(`,\r\n${JSON.stringify(body(failure))}]`);
}

function body(failure: ProxyFailure): JsonObject {
  const code = statusOf(failure.code);
  return {
    error: {
      code,
      message: failure.message,
      status: STATUSES[code] ?? "INTERNAL",
      details: [{
        "@type": "type.googleapis.com/google.rpc.ErrorInfo",
        reason: failure.code.toUpperCase(),
        domain: "sargalay",
      }],
    },
  };
}
