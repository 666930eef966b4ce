/**
 * Every error that a user of the product can meet: one closed union, each classified. HTTP statuses
 * belong to the rims (`shared/http`); domain code returns rejections as values.
 *
 * @module
 */

/** Whose fault an error is. */
export type Fault = "caller" | "ours" | "upstream";

/** How an error is classified. */
export interface ErrorClass {
  readonly fault: Fault;
  /** Whether the same request may succeed later, unchanged. */
  readonly retryable: boolean;
}

const caller = { fault: "caller", retryable: false } as const;
const ours = { fault: "ours", retryable: true } as const;
const upstream = { fault: "upstream", retryable: true } as const;

/** Every error code with its class. */
export const ERROR_CLASSES = {
  invalid_request: caller,
  invalid_json: caller,
  unsupported_parameter: caller,
  invalid_api_key: caller,
  api_key_revoked: caller,
  api_key_expired: caller,
  address_not_allowed: caller,
  invalid_token: caller,
  permission_denied: caller,
  not_found: caller,
  model_not_found: caller,
  method_not_allowed: caller,
  conflict: caller,
  operation_conflict: caller,
  insufficient_quota: caller,
  budget_exceeded: caller,
  context_length_exceeded: caller,
  request_too_large: caller,
  headers_too_large: caller,
  request_body_timeout: caller,
  too_many_requests: { fault: "caller", retryable: true },
  rate_limited: { fault: "caller", retryable: true },
  model_not_allowed: caller,
  idempotency_conflict: caller,
  idempotency_in_progress: { fault: "caller", retryable: true },
  idempotency_replay: caller,
  client_gone: caller,
  pricing_unavailable: ours,
  ledger_unavailable: ours,
  read_model_behind: ours,
  read_timeout: ours,
  shutting_down: ours,
  internal_error: ours,
  no_provider_available: upstream,
  attempt_superseded: { fault: "ours", retryable: false },
  upstream_bad_request: { fault: "upstream", retryable: false },
  content_filtered: caller,
  upstream_quota_exceeded: upstream,
  upstream_authentication: { fault: "upstream", retryable: false },
  upstream_not_found: { fault: "upstream", retryable: false },
  upstream_rate_limited: upstream,
  upstream_overloaded: upstream,
  upstream_error: upstream,
  upstream_unreachable: upstream,
  upstream_first_byte_timeout: upstream,
  upstream_idle_timeout: upstream,
  upstream_total_timeout: { fault: "upstream", retryable: false },
  upstream_invalid_response: upstream,
  upstream_stream_cut: upstream,
  upstream_response_too_large: { fault: "upstream", retryable: false },
} as const satisfies Record<string, ErrorClass>;

/** One of the codes in {@link ERROR_CLASSES}. */
export type ErrorCode = keyof typeof ERROR_CLASSES;

/** A failure as a value. */
export interface Failure {
  readonly code: ErrorCode;
  /** Starts with what failed, gives the value that was wrong, and says what to do. */
  readonly message: string;
  /** The request's parameter at fault, or null. */
  readonly param: string | null;
  /** When trying again makes sense, in milliseconds from now; null when unknown or pointless. */
  readonly retryAfterMs: number | null;
}

/** Builds a {@link Failure}. */
export function failure(
  code: ErrorCode,
  message: string,
  more: { param?: string; retryAfterMs?: number } = {},
): Failure {
  return { code, message, param: more.param ?? null, retryAfterMs: more.retryAfterMs ?? null };
}

/** An exception that carries a {@link Failure} to the rim. */
export class FailureError extends Error {
  constructor(readonly failure: Failure, options?: ErrorOptions) {
    super(failure.message, options);
    this.name = "FailureError";
  }
}
