/** Why the ledger says no: a closed union, in the order in which reasons are looked for. @module */

/**
 * Every rejection. The order is the documented precedence: when several reasons apply, the first in
 * this list is given.
 */
export const REJECTION_CODES = [
  "invalid_command",
  "operation_conflict",
  "account_exists",
  "account_not_found",
  "credit_note_exists",
  "key_exists",
  "key_not_found",
  "key_revoked",
  "key_expired",
  "request_exists",
  "hold_not_found",
  "hold_settled",
  "hold_released",
  "hold_expired",
  "late_window_passed",
  "model_not_held",
  "billing_not_held",
  "sequence_passed",
  "usage_decreased",
  "model_not_priced",
  "usage_class_not_priced",
  "markup_not_set",
  "fx_rate_not_set",
  "own_key_fee_not_set",
  "input_too_long",
  "alert_rule_not_found",
  "alert_rule_kind_fixed",
  "provider_key_exists",
  "provider_key_not_found",
  "provider_key_changed",
  "router_not_found",
  "alias_not_found",
  "amount_is_zero",
  "amount_overflow",
  "credit_note_too_high",
  "insufficient_credit",
  "budget_exceeded",
  "too_many_holds",
  "too_many_keys",
  "too_many_alert_rules",
  "too_many_routing_names",
  "too_many_provider_keys",
] as const;

/** One of {@link REJECTION_CODES}. */
export type RejectionCode = (typeof REJECTION_CODES)[number];
