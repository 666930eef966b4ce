import { describe, expect, it } from "vitest";
import { dayOf, dayStartMs, monthOfDay, monthStartMs, weekOfDay } from "./calendar.ts";

const at = (text: string) => Date.parse(text);

describe("the calendar of Asia/Yangon", () => {
  it("begins a day at half past five in the afternoon of the day before, in UTC", () => {
    const midnight = at("2025-10-31T17:30:00Z");
    expect(dayOf(midnight) - dayOf(midnight - 1)).toBe(1);
    expect(dayStartMs(dayOf(midnight))).toBe(midnight);
    expect(dayStartMs(dayOf(midnight - 1))).toBe(midnight - 86_400_000);
  });

  it("begins a week on Monday", () => {
    const weekOf = (text: string) => weekOfDay(dayOf(at(text)));
    // 5 January 1970 and 20 October 2025 are Mondays.
    expect(weekOf("1970-01-05T00:00:00+06:30") - weekOf("1970-01-04T23:59:59+06:30")).toBe(1);
    expect(weekOf("2025-10-20T00:00:00+06:30") - weekOf("2025-10-19T23:59:59+06:30")).toBe(1);
    expect(weekOf("2025-10-20T00:00:00+06:30")).toBe(weekOf("2025-10-26T23:59:59+06:30"));
  });

  it("begins a month on its first day, leap years and year ends included", () => {
    for (const first of ["2024-03-01", "2025-01-01", "2025-11-01", "2100-03-01"]) {
      const midnight = at(`${first}T00:00:00+06:30`);
      const month = monthOfDay(dayOf(midnight));
      expect(monthOfDay(dayOf(midnight - 1))).toBe(month - 1);
      expect(monthStartMs(month)).toBe(midnight);
    }
  });
});
