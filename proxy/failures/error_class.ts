/** What can go wrong at a provider, in classes, and what each class means for the call. @module */
import { type ErrorCode, failure } from "../../shared/errors.ts";
import type { ProxyFailure } from "../errors.ts";

/** Every class of a provider's failure. */
export const UPSTREAM_ERROR_CLASSES = [
  "rate_limit",
  "auth",
  "quota_exceeded",
  "timeout",
  "model_not_found",
  "content_filter",
  "context_length",
  "overloaded",
  "invalid_request",
  "server_error",
  "network",
  "malformed",
] as const;

/** One of {@link UPSTREAM_ERROR_CLASSES}. */
export type UpstreamErrorClass = (typeof UPSTREAM_ERROR_CLASSES)[number];

/** What follows from a failure of a class. */
export interface ErrorPolicy {
  /** The code that the caller is told, and that receipts keep. */
  readonly code: ErrorCode;
  /** Whether another target may do better; else the caller gets the failure. */
  readonly tryNext: boolean;
  /** What is taken for unhealthy by it, and for how long at first, in milliseconds. */
  readonly marks: "nothing" | "key" | "model" | "provider";
  readonly coolDownMs: number;
  /**
   * Whether it may be due to the account behind the key: with a customer's own key it says nothing of
   * a model to others.
   */
  readonly isOfAccount: boolean;
}

/** The policy of each class. */
export const ERROR_POLICIES: Readonly<Record<UpstreamErrorClass, ErrorPolicy>> = {
  // Providers limit by model: the others stay open to the same key.
  rate_limit: policy("upstream_rate_limited", true, "model", 5_000, true),
  auth: policy("upstream_authentication", true, "key", 600_000),
  quota_exceeded: policy("upstream_quota_exceeded", true, "key", 3_600_000),
  timeout: policy("upstream_first_byte_timeout", true, "model", 15_000),
  // Short, because one caller's odd request must not close a model to all for long.
  model_not_found: policy("upstream_not_found", true, "model", 30_000, true),
  // Another provider's model has another filter, but the caller's words stay the same.
  content_filter: policy("content_filtered", false, "nothing", 0),
  // Another model may have a longer window.
  context_length: policy("context_length_exceeded", true, "nothing", 0),
  overloaded: policy("upstream_overloaded", true, "model", 10_000),
  // Another provider would be asked the same wrong thing.
  invalid_request: policy("upstream_bad_request", false, "nothing", 0),
  server_error: policy("upstream_error", true, "model", 5_000),
  network: policy("upstream_unreachable", true, "provider", 5_000),
  malformed: policy("upstream_invalid_response", true, "model", 5_000),
};

function policy(
  code: ErrorCode,
  tryNext: boolean,
  marks: ErrorPolicy["marks"],
  coolDownMs: number,
  isOfAccount = false,
): ErrorPolicy {
  return { code, tryNext, marks, coolDownMs, isOfAccount };
}

/** A failed attempt: what the client would be told, and whether another target may do better. */
export interface UpstreamFailure {
  readonly failure: ProxyFailure;
  readonly errorClass: UpstreamErrorClass;
  readonly tryNext: boolean;
  /**
   * The words of the message by which its class was recognised; absent where a status or a code of the
   * provider's own decided. They prove nothing when the caller said them first: see `isEcho`.
   */
  readonly words?: string;
  /** True where the request alone may have brought it about: then it marks nothing. */
  readonly doubtful?: boolean;
}

/** Builds the failure of a class; `more` may name what the provider itself said. */
export function upstreamFailure(
  errorClass: UpstreamErrorClass,
  message: string,
  more: {
    readonly param?: string;
    readonly retryAfterMs?: number;
    readonly upstreamCode?: string;
    readonly upstreamType?: string;
    /** Another code than the class's usual one. */
    readonly code?: ErrorCode;
    readonly tryNext?: boolean;
    readonly words?: string;
    readonly doubtful?: boolean;
  } = {},
): UpstreamFailure {
  const { code, tryNext } = ERROR_POLICIES[errorClass];
  const { upstreamCode, upstreamType, words, doubtful } = more;
  return {
    failure: {
      ...failure(more.code ?? code, message, more),
      ...(upstreamCode === undefined ? {} : { upstreamCode }),
      ...(upstreamType === undefined ? {} : { upstreamType }),
    },
    errorClass,
    tryNext: more.tryNext ?? tryNext,
    ...(words === undefined ? {} : { words }),
    ...(doubtful === undefined ? {} : { doubtful }),
  };
}
