/** What pages about alerts share. @module */
import type { AlertRow } from "../../shared/read_api/mod.ts";
import { formatDecimal } from "../../shared/money/mod.ts";
import type { Translate } from "../i18n/mod.ts";

/** How an alert stands, and how much it matters. */
export function AlertBadge(
  { alert: { state, severity }, t }: {
    readonly alert: Pick<AlertRow, "state" | "severity">;
    readonly t: Translate;
  },
) {
  const tone = state === "resolved" ? "good" : severity === "critical" ? "bad" : "wait";
  return (
    <>
      <span class={`badge tone-${tone}`}>{t(`alert_${state}`)}</span>{" "}
      <span class="quiet">{t(`severity_${severity}`)}</span>
    </>
  );
}

/** A value in the unit of its alert, exact. */
export function alertAmount(value: string, unit: AlertRow["unit"]): string {
  switch (unit) {
    case "nano_usd":
      return `${formatDecimal(BigInt(value), 9, 2)} USD`;
    case "micro_kyat":
      return `${formatDecimal(BigInt(value), 6, 2)} kyat`;
    case "parts_per_million":
      return `${formatDecimal(BigInt(value), 4)} %`;
    case "seconds":
      return `${value} s`;
    case "failed_attempts":
      return value;
    default:
      throw unit satisfies never;
  }
}
