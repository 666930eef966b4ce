/** Changes of prices in words, for an admin to read before they are published. @module */
import type { Change, Difference } from "./compare.ts";

/**
 * The changes, each with a mark: `+` is published, `!` is not. Prices are dollars for a million
 * units. What is held back or available is told in full only where it is published, and counted alone
 * unless names were `chosen`.
 */
export function changesText(
  changes: readonly Change[],
  isPublished: (change: Change) => boolean,
  { chosen }: { readonly chosen: boolean },
): string {
  const lines = changes.flatMap((change) => {
    const marked = isPublished(change);
    const isOffer = change.kind === "held" || change.kind === "available";
    if (isOffer && !marked && !chosen) return [];
    const says = "says" in change && (marked || !isOffer) ? change.says : [];
    return [
      `${marked ? "+" : "!"} ${headOf(change)}`,
      ...says.map((one) => `      ${differenceText(one)}`),
    ];
  });
  return [...lines, summaryOf(changes, isPublished)].join("\n");
}

function headOf(change: Change): string {
  switch (change.kind) {
    case "new":
      return `new        ${change.model}`;
    case "available":
      return `available  ${change.model}: --only sells it once its provider is set up`;
    case "changed":
      return `changed    ${change.model}, price ${change.priceVersion}`;
    case "gone":
      return `gone       ${change.model}, price ${change.priceVersion}: not in the catalogue`;
    case "withdrawn":
      return `withdrawn  ${change.model}: taken out of sale by hand; --only ${change.model} sells it`;
    case "held":
      return `held back  ${change.model}: ${change.reason}`;
    default:
      throw change satisfies never;
  }
}

function differenceText({ what, from, to, percent }: Difference): string {
  const change = from === null
    ? `${to}`
    : to === null
    ? `${from} → nothing`
    : `${from} → ${to}${percent === null ? "" : `  ${percent}`}`;
  return `${what.padEnd(28)} ${change}`;
}

function summaryOf(
  changes: readonly Change[],
  isPublished: (change: Change) => boolean,
): string {
  const count = (kind: Change["kind"]) => changes.filter((one) => one.kind === kind).length;
  const counts = [
    `${count("new")} new`,
    `${count("changed")} changed`,
    `${count("gone")} gone`,
    `${count("withdrawn")} withdrawn`,
    `${count("held")} held back`,
    `${count("available")} available`,
  ];
  return `${counts.join(", ")}; publish would change ${changes.filter(isPublished).length}`;
}
