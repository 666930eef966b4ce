/** Whether a reading breaches its rule: exact, on integers, and without effects. @module */
import type { AlertCondition } from "../../../shared/alerts/mod.ts";
import type { AlertRow } from "../../../shared/read_api/mod.ts";

/** What an alert is about. */
export type Subject = AlertRow["subject"];

/** A value of one subject: `numerator / denominator` in the unit of its kind. */
export interface Reading {
  readonly subject: Subject;
  /** Null when the subject does not belong to one account. */
  readonly accountId: string | null;
  readonly numerator: bigint;
  /** At least 1. */
  readonly denominator: bigint;
}

/**
 * `breach`: the condition holds. `clear`: it does not, by a tenth of the threshold. `between`: neither,
 * so that a value that trembles around the threshold changes nothing.
 */
export type Verdict = "breach" | "between" | "clear";

/** The threshold of a condition, in the unit of its kind. */
export function thresholdOf(condition: AlertCondition): bigint {
  switch (condition.kind) {
    case "spend_per_hour":
      return condition.aboveNanoUsd;
    case "balance_low":
      return condition.belowMicroKyat;
    case "error_rate":
      return BigInt(condition.abovePartsPerMillion);
    case "provider_down":
      return BigInt(condition.minimumAttempts);
    case "hold_stuck":
      return BigInt(condition.overdueSeconds);
    case "projection_lagging":
      return BigInt(condition.behindSeconds);
    case "checkpoint_late":
      return BigInt(condition.lateSeconds);
    default:
      return condition satisfies never;
  }
}

/** The unit of a kind's values and thresholds. */
export function unitOf(kind: AlertCondition["kind"]): AlertRow["unit"] {
  switch (kind) {
    case "spend_per_hour":
      return "nano_usd";
    case "balance_low":
      return "micro_kyat";
    case "error_rate":
      return "parts_per_million";
    case "provider_down":
      return "failed_attempts";
    case "hold_stuck":
    case "projection_lagging":
    case "checkpoint_late":
      return "seconds";
    default:
      return kind satisfies never;
  }
}

/** Judges a reading. Of a provider it is the attempts that failed, 0 when one was served. */
export function judge(condition: AlertCondition, reading: Reading): Verdict {
  const { numerator: value, denominator } = reading;
  const threshold = thresholdOf(condition) * denominator;
  switch (condition.kind) {
    case "balance_low":
      if (value < threshold) return "breach";
      return value * 10n >= threshold * 11n ? "clear" : "between";
    case "provider_down":
      if (value >= threshold) return "breach";
      return value === 0n ? "clear" : "between";
    case "spend_per_hour":
    case "error_rate":
    case "hold_stuck":
    case "projection_lagging":
    case "checkpoint_late":
      if (value > threshold) return "breach";
      return value * 10n <= threshold * 9n ? "clear" : "between";
    default:
      return condition satisfies never;
  }
}

/** The whole part of a reading, rounded towards zero. */
export function valueOf({ numerator, denominator }: Reading): bigint {
  return numerator / denominator;
}
