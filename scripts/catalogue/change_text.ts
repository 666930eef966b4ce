/** Changes of prices in words, for an admin to read before they are published. @module */
import type { Change, Difference } from "./compare.ts";

/**
 * The changes, each with a mark: `+` is published, `!` is not. Prices are dollars for a million
 * units. What is held back is told in full only where it is published.
 */
export function changesText(
  changes: readonly Change[],
  isPublished: (change: Change) => boolean,
): string {
  const lines = changes.flatMap((change) => {
    const marked = isPublished(change);
    const says = "says" in change && (marked || change.kind !== "held") ? change.says : [];
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
  const published = changes.filter(isPublished).length;
  return `${count("new")} new, ${count("changed")} changed, ${count("gone")} gone, ` +
    `${count("withdrawn")} withdrawn, ${
      count("held")
    } held back; publish would change ${published}`;
}
