/** Failures as OpenAI's clients read them. @module */
import { ERROR_CLASSES, type ErrorCode, type Failure } from "../shared/errors.ts";
import { statusOf } from "../shared/http/mod.ts";

/** The body of every error answer: exactly these four members. */
export interface ErrorBody {
  readonly error: {
    readonly message: string;
    readonly type: string;
    readonly param: string | null;
    readonly code: string | null;
  };
}

/** A failure that may carry more for the client to act on: an upstream's own code and type, headers. */
export type ProxyFailure = Failure & {
  /** Such as `x-ratelimit-remaining-requests`; absent: none. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly upstreamCode?: string;
  readonly upstreamType?: string;
};

/** The OpenAI error body of a failure. */
export function errorBody(failure: ProxyFailure): ErrorBody {
  return {
    error: {
      message: failure.message,
      type: failure.upstreamType ?? errorType(failure.code),
      param: failure.param,
      code: failure.upstreamCode ?? failure.code,
    },
  };
}

/** Nobody should wait longer than this for another try: official clients sleep as long as told. */
const LONGEST_WAIT_MS = 60_000;

/** How an API words failures, and which status they have where it is not the usual one. */
interface ResponseForm {
  body(failure: ProxyFailure, requestId?: string | null): unknown;
  status?(failure: ProxyFailure): number;
}

/**
 * The HTTP answer to a failure. `x-should-retry: false` keeps official clients from repeating what
 * cannot succeed, or not within a minute; `retry-after` (s) and `retry-after-ms` say when trying
 * again makes sense. The body has the `form` of the API that was called.
 */
export function errorResponse(
  failure: ProxyFailure,
  headers: HeadersInit = {},
  form: ResponseForm = { body: errorBody },
): Response {
  const all = new Headers(headers);
  for (const [name, value] of Object.entries(failure.headers ?? {})) all.set(name, value);
  all.set("content-type", "application/json");
  const { retryable } = ERROR_CLASSES[failure.code];
  if (!retryable || (failure.retryAfterMs ?? 0) > LONGEST_WAIT_MS) {
    all.set("x-should-retry", "false");
  }
  if (failure.retryAfterMs !== null) {
    all.set("retry-after", `${Math.ceil(failure.retryAfterMs / 1_000)}`);
    all.set("retry-after-ms", `${failure.retryAfterMs}`);
  }
  return new Response(JSON.stringify(form.body(failure, all.get("x-request-id"))), {
    status: form.status?.(failure) ?? statusOf(failure.code),
    headers: all,
  });
}

/** A failure as a server-sent event, which OpenAI's clients raise while they read a stream. */
export function errorEvent(failure: ProxyFailure): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(`data: ${JSON.stringify(errorBody(failure))}\n\n`);
}

const RATE_LIMITS: ReadonlySet<ErrorCode> = new Set([
  "upstream_rate_limited",
  "too_many_requests",
  "rate_limited",
]);

const FORBIDDEN: ReadonlySet<ErrorCode> = new Set([
  "permission_denied",
  "model_not_allowed",
  "address_not_allowed",
]);

function errorType(code: ErrorCode): string {
  if (code === "insufficient_quota" || code === "budget_exceeded") return "insufficient_quota";
  if (code === "content_filtered") return "invalid_request_error";
  if (RATE_LIMITS.has(code)) return "rate_limit_error";
  if (code.startsWith("upstream_") && code !== "upstream_bad_request") return "upstream_error";
  if (FORBIDDEN.has(code)) return "permission_error";
  // What a provider found wrong with a request is the caller's to mend.
  return ERROR_CLASSES[code].fault === "caller" || code === "upstream_bad_request"
    ? "invalid_request_error"
    : "server_error";
}
