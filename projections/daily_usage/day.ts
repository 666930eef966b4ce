/** Days as people in Myanmar count them. @module */
import { z } from "zod";

const DAY_MS = 24 * 60 * 60 * 1000;

/** A day of the calendar as `YYYY-MM-DD`. */
export const daySchema = z.string().regex(/^\d{4}-\d{2}-\d{2}$/, "expected YYYY-MM-DD")
  .refine((day) => new Date(dayMs(day) || 0).toISOString().slice(0, 10) === day, {
    message: "expected a day of the calendar",
  });

/** Asia/Yangon is UTC+06:30 all year. */
const YANGON_OFFSET_MS = 6.5 * 60 * 60 * 1000;

/** The day, as `YYYY-MM-DD`, that it is in Yangon at a time in epoch milliseconds. */
export function yangonDay(atMs: number): string {
  return new Date(atMs + YANGON_OFFSET_MS).toISOString().slice(0, 10);
}

/** The day that comes `days` after a day; before it when negative. */
export function dayPlus(day: string, days: number): string {
  return new Date(dayMs(day) + days * DAY_MS).toISOString().slice(0, 10);
}

/** How many days later `to` is than `from`. */
export function daysBetween(from: string, to: string): number {
  return Math.round((dayMs(to) - dayMs(from)) / DAY_MS);
}

function dayMs(day: string): number {
  return Date.parse(`${day}T00:00:00Z`);
}
