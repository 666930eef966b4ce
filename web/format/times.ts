/** Times in Asia/Yangon (UTC+06:30, no summer time). @module */

const OFFSET_MS = 6.5 * 60 * 60 * 1_000;
const DAY_MS = 24 * 60 * 60 * 1_000;

/** Epoch milliseconds as `2026-11-20 23:59:59` in Yangon. */
export function timeInYangon(atMs: number): string {
  return new Date(atMs + OFFSET_MS).toISOString().slice(0, 19).replace("T", " ");
}

/** The day of Yangon at epoch milliseconds, as `2026-11-20`. */
export function dayInYangon(atMs: number): string {
  return timeInYangon(atMs).slice(0, 10);
}

/** The last `count` days of Yangon up to and with today, oldest first. */
export function lastDays(nowMs: number, count: number): string[] {
  return Array.from(
    { length: count },
    (_, index) => dayInYangon(nowMs - (count - 1 - index) * DAY_MS),
  );
}

/** A moment typed as `2026-11-20T17:00` in Yangon, with its zone; null when it is no moment. */
export function momentInYangon(typed: string | null): string | null {
  if (typed === null || !/^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d)?$/.test(typed)) return null;
  const zoned = `${typed.length === 16 ? `${typed}:00` : typed}+06:30`;
  return Number.isNaN(Date.parse(zoned)) ? null : zoned;
}
