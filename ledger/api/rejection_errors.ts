/** Which public error a rejection is. @module */
import type { RejectionCode } from "../../shared/commands/mod.ts";
import type { ErrorCode } from "../../shared/errors.ts";

/** One entry per rejection: the compiler refuses a rejection without its error. */
const ERROR_OF: Readonly<Record<RejectionCode, ErrorCode>> = {
  invalid_command: "invalid_request",
  operation_conflict: "operation_conflict",
  account_exists: "conflict",
  account_not_found: "not_found",
  credit_note_exists: "conflict",
  key_exists: "conflict",
  key_not_found: "not_found",
  // Not the 401 of a caller's own key: here the key is the object of the command.
  key_revoked: "conflict",
  key_expired: "conflict",
  plan_not_found: "not_found",
  model_not_allowed: "model_not_allowed",
  request_exists: "conflict",
  idempotency_conflict: "idempotency_conflict",
  idempotency_in_progress: "idempotency_in_progress",
  idempotency_replay: "idempotency_replay",
  hold_not_found: "not_found",
  hold_settled: "conflict",
  hold_released: "conflict",
  hold_expired: "conflict",
  late_window_passed: "conflict",
  model_not_held: "conflict",
  billing_not_held: "conflict",
  sequence_passed: "conflict",
  usage_decreased: "conflict",
  model_not_priced: "model_not_found",
  usage_class_not_priced: "invalid_request",
  markup_not_set: "pricing_unavailable",
  fx_rate_not_set: "pricing_unavailable",
  own_key_fee_not_set: "pricing_unavailable",
  input_too_long: "context_length_exceeded",
  alert_rule_not_found: "not_found",
  alert_rule_kind_fixed: "conflict",
  provider_key_exists: "conflict",
  provider_key_not_found: "not_found",
  provider_key_changed: "conflict",
  router_not_found: "not_found",
  alias_not_found: "not_found",
  routing_changed: "conflict",
  amount_is_zero: "invalid_request",
  amount_overflow: "invalid_request",
  credit_note_too_high: "conflict",
  insufficient_credit: "insufficient_quota",
  budget_exceeded: "budget_exceeded",
  rate_limited: "rate_limited",
  too_many_holds: "too_many_requests",
  too_many_keys: "conflict",
  too_many_plans: "conflict",
  too_many_alert_rules: "conflict",
  too_many_routing_names: "conflict",
  too_many_provider_keys: "conflict",
};

/** The error code under which the HTTP API reports a rejection. */
export function errorCodeOf(rejection: RejectionCode): ErrorCode {
  return ERROR_OF[rejection];
}
