/** HTTP statuses of the error codes: the one table that all rims use. @module */
import type { ErrorCode } from "../errors.ts";

const STATUS: Record<ErrorCode, number> = {
  invalid_request: 400,
  invalid_json: 400,
  unsupported_parameter: 400,
  invalid_api_key: 401,
  api_key_revoked: 401,
  api_key_expired: 401,
  invalid_token: 401,
  permission_denied: 403,
  not_found: 404,
  model_not_found: 404,
  method_not_allowed: 405,
  conflict: 409,
  operation_conflict: 409,
  insufficient_quota: 402,
  budget_exceeded: 402,
  context_length_exceeded: 400,
  request_too_large: 413,
  headers_too_large: 431,
  request_body_timeout: 408,
  too_many_requests: 429,
  client_gone: 499,
  pricing_unavailable: 503,
  ledger_unavailable: 503,
  read_model_behind: 503,
  read_timeout: 504,
  shutting_down: 503,
  internal_error: 500,
  upstream_bad_request: 400,
  content_filtered: 400,
  upstream_quota_exceeded: 503,
  upstream_authentication: 502,
  upstream_not_found: 502,
  upstream_rate_limited: 429,
  upstream_overloaded: 503,
  upstream_error: 502,
  upstream_unreachable: 502,
  upstream_first_byte_timeout: 504,
  upstream_idle_timeout: 504,
  upstream_total_timeout: 504,
  upstream_invalid_response: 502,
  upstream_stream_cut: 502,
  upstream_response_too_large: 502,
};

/** The HTTP status of an error code. */
export function statusOf(code: ErrorCode): number {
  return STATUS[code];
}
