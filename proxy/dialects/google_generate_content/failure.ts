/** How errors look in Google's APIs. @module */
import { statusOf } from "../../../shared/http/mod.ts";
import type { JsonObject } from "../../../shared/json.ts";
import type { ProxyFailure } from "../../errors.ts";
import { classify, type UpstreamFailure } from "../../failures/mod.ts";
import { memberAt } from "../counts.ts";
import type { AnswerHead, Bytes, ErrorForm } from "../dialect.ts";
import { parsedBody, wordsIn } from "../failure_words.ts";

const encoder = new TextEncoder();

/** Names of google.rpc.Code by HTTP status. */
const STATUSES: Readonly<Record<number, string>> = {
  400: "INVALID_ARGUMENT",
  401: "UNAUTHENTICATED",
  402: "FAILED_PRECONDITION",
  403: "PERMISSION_DENIED",
  404: "NOT_FOUND",
  405: "UNIMPLEMENTED",
  408: "DEADLINE_EXCEEDED",
  409: "ABORTED",
  413: "INVALID_ARGUMENT",
  429: "RESOURCE_EXHAUSTED",
  431: "INVALID_ARGUMENT",
  499: "CANCELLED",
  502: "UNAVAILABLE",
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

/**
 * Classifies an answer with another status than 2xx. Every exceeded quota is worded like a bill that
 * was not paid; one that is over within the minute says when, and is a limit of the rate.
 */
export function classifyFailure({ status, headers }: AnswerHead, body: string): UpstreamFailure {
  const parsed = parsedBody(body);
  const said = wordsIn(parsed);
  const details = memberAt(Array.isArray(parsed) ? parsed[0] : parsed, "error", "details");
  const seconds = status === 429 && Array.isArray(details) ? retrySeconds(details) : null;
  if (seconds === null || JSON.stringify(details).includes("PerDay")) {
    return classify(status, headers, said);
  }
  const dated = new Headers(headers);
  if (!dated.has("retry-after")) dated.set("retry-after", seconds);
  return classify(status, dated, { ...said, code: null, message: null });
}

function retrySeconds(details: readonly unknown[]): string | null {
  for (const detail of details) {
    const seconds = /^(\d{1,4}(?:\.\d+)?)s$/.exec(`${memberAt(detail, "retryDelay")}`);
    if (seconds?.[1] !== undefined) return seconds[1];
  }
  return null;
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
