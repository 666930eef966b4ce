/** What an OpenAI-compatible server's refusals mean. @module */
import { type ErrorCode, failure } from "../../../shared/errors.ts";
import type { UpstreamFailure } from "../adapter.ts";

const MAX_MESSAGE_LENGTH = 2_000;

/** Classifies an answer with another status than 2xx. */
export function classifyFailure(
  status: number,
  headers: Headers,
  body: string,
): UpstreamFailure {
  const said = saidIn(parseOrNull(body));
  const retryAfterMs = retryAfter(headers);
  const withRetry = retryAfterMs === null ? {} : { retryAfterMs };
  const of = (code: ErrorCode, message: string, tryNext = true): UpstreamFailure => ({
    failure: failure(code, message, withRetry),
    tryNext,
  });
  if (status === 401 || status === 403) {
    // Not the upstream's words: they may show a part of our key.
    return of("upstream_authentication", "The provider refused the gateway's own credentials.");
  }
  if (status === 404) return of("upstream_not_found", "The provider does not have this model.");
  if (status === 429) {
    return of("upstream_rate_limited", "The provider limits the gateway's rate. Try again later.");
  }
  if (status === 408 || status === 503 || status === 529) {
    return of("upstream_overloaded", `The provider is overloaded (status ${status}).`);
  }
  if (status === 402) return of("upstream_error", "The provider refused the gateway's account.");
  if (status >= 400 && status < 500) {
    return {
      failure: {
        ...failure("upstream_bad_request", said.message ?? `The provider refused the request.`, {
          ...(said.param === null ? {} : { param: said.param }),
        }),
        ...(said.code === null ? {} : { upstreamCode: said.code }),
        upstreamType: said.type ?? "invalid_request_error",
      },
      // Another provider would be asked the same wrong thing.
      tryNext: false,
    };
  }
  if (status >= 200 && status < 300) {
    return of("upstream_invalid_response", "The provider's answer could not be understood.");
  }
  return of("upstream_error", `The provider failed with status ${status}.`);
}

/** The failure that an `error` member of an answer or of a stream's event stands for. */
export function classifyErrorMember(error: unknown): UpstreamFailure {
  const said = saidIn({ error });
  const message = said.message === null
    ? "The provider failed while it answered."
    : `The provider failed while it answered: ${said.message}`;
  const code: ErrorCode = /rate.?limit|429/i.test(said.code ?? said.type ?? "")
    ? "upstream_rate_limited"
    : /overload|503|529/i.test(said.code ?? said.type ?? "")
    ? "upstream_overloaded"
    : "upstream_error";
  return { failure: failure(code, message), tryNext: true };
}

interface Said {
  readonly message: string | null;
  readonly type: string | null;
  readonly param: string | null;
  readonly code: string | null;
}

function saidIn(body: unknown): Said {
  const error = member(body, "error");
  const from = typeof error === "object" && error !== null ? error : body;
  const text = (name: string) => {
    const value = member(from, name);
    if (typeof value === "number") return `${value}`;
    return typeof value === "string" && value !== "" ? value.slice(0, MAX_MESSAGE_LENGTH) : null;
  };
  return {
    message: typeof error === "string" ? error.slice(0, MAX_MESSAGE_LENGTH) : text("message"),
    type: text("type"),
    param: text("param"),
    code: text("code"),
  };
}

function member(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null
    ? (value as Record<string, unknown>)[name]
    : undefined;
}

function parseOrNull(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** The longer one of `retry-after` in seconds and `retry-after-ms`; a date is ignored. At most an hour. */
function retryAfter(headers: Headers): number | null {
  const exact = /^\d{1,7}$/.exec(headers.get("retry-after-ms") ?? "");
  const seconds = /^\d{1,4}(\.\d+)?$/.exec(headers.get("retry-after") ?? "");
  if (exact === null && seconds === null) return null;
  const longest = Math.max(Number(exact?.[0] ?? 0), Math.ceil(Number(seconds?.[0] ?? 0) * 1_000));
  return Math.min(longest, 3_600_000);
}
