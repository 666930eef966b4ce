/** Days as people in Myanmar count them. @module */

/** Asia/Yangon is UTC+06:30 all year. */
const YANGON_OFFSET_MS = 6.5 * 60 * 60 * 1000;

/** The day, as `YYYY-MM-DD`, that it is in Yangon at a time in epoch milliseconds. */
export function yangonDay(atMs: number): string {
  return new Date(atMs + YANGON_OFFSET_MS).toISOString().slice(0, 10);
}
