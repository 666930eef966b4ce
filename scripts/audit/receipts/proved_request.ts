/** What the proved events of a request say. @module */
import { formatDecimal } from "../../../shared/money/decimal.ts";
import type { ReceiptEvent } from "../../../shared/verifier/mod.ts";

/** An amount in kyat, of microkyat as a payload has them. */
export function kyat(microKyat: unknown): string {
  const text = String(microKyat);
  return /^-?\d{1,38}$/.test(text) ? formatDecimal(BigInt(text), 6) : text;
}

/** What an event says of its request, for people; empty for an event of no request. */
export function provedLines({ type, payload }: ReceiptEvent): string[] {
  if (typeof payload.requestId !== "string") return [];
  const about = `  request ${payload.requestId} of account ${payload.accountId}`;
  switch (type) {
    case "HoldPlaced":
      return [about, `  held ${kyat(payload.amountMicroKyat)} MMK for model ${payload.model}`];
    case "HoldSettled":
    case "LateUsageSettled":
      return [
        about,
        `  usage ${counts(payload.usage)} (evidence: ${payload.evidence})`,
        `  charged ${kyat(payload.chargedMicroKyat)} MMK, ` +
        `unbilled ${kyat(payload.unbilledMicroKyat)} MMK`,
      ];
    case "HoldReleased":
      return [about, `  released ${kyat(payload.amountMicroKyat)} MMK: ${payload.reason}`];
    case "HoldExpired":
      return [about, `  expired, released ${kyat(payload.amountMicroKyat)} MMK`];
    default:
      return [about];
  }
}

function counts(usage: unknown): string {
  if (typeof usage !== "object" || usage === null) return "none";
  return Object.entries(usage).map(([name, units]) => `${units} ${name}`).join(", ") || "none";
}
