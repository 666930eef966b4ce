/** Days, weeks and months of Asia/Yangon, which is UTC+06:30 all year. @module */

const OFFSET_MS = 23_400_000;
const DAY_MS = 86_400_000;

/** The day that an epoch millisecond belongs to, counted from 1 January 1970. */
export function dayOf(atMs: number): number {
  return Math.floor((atMs + OFFSET_MS) / DAY_MS);
}

/** The week of a day, counted from that of 1 January 1970; weeks begin on Monday. */
export function weekOfDay(dayIndex: number): number {
  // Day 0 was a Thursday.
  return Math.floor((dayIndex + 3) / 7);
}

/** The month of a day, counted from January of year 0. */
export function monthOfDay(dayIndex: number): number {
  const date = new Date(dayIndex * DAY_MS);
  return date.getUTCFullYear() * 12 + date.getUTCMonth();
}

/** When a day begins, in epoch milliseconds. */
export function dayStartMs(dayIndex: number): number {
  return dayIndex * DAY_MS - OFFSET_MS;
}

/** When a month begins, in epoch milliseconds. */
export function monthStartMs(monthIndex: number): number {
  return Date.UTC(Math.floor(monthIndex / 12), monthIndex % 12, 1) - OFFSET_MS;
}
