/** The few statistics that the benchmarks need. @module */

/** The middle value; the mean of the two middle ones for an even count. Throws when empty. */
export function median(values: readonly number[]): number {
  if (values.length === 0) throw new RangeError("the median of nothing");
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/** The value below which `share` (0 to 1) of the values lie, by nearest rank. Throws when empty. */
export function percentile(values: readonly number[], share: number): number {
  if (values.length === 0) throw new RangeError("the percentile of nothing");
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.max(0, Math.ceil(share * sorted.length) - 1))]!;
}
