import { describe, expect, it } from "vitest";
import { compileFilter, intersectFilters } from "./matching.ts";

describe("the subjects that two filters share", () => {
  it.each([
    ["a.b", "a.b", "a.b"],
    ["a.b", "a.c", null],
    ["a.*", "*.b", "a.b"],
    ["a.*", "a.*", "a.*"],
    ["sargalay.0.>", "sargalay.*.meter.>", "sargalay.0.meter.>"],
    [">", "a.*.c", "a.*.c"],
    ["a.>", "a", null],
    ["a.>", "a.>", "a.>"],
    ["a.b.>", "a.b", null],
    ["a.b", "a.b.c", null],
    ["*.b.>", "a.>", "a.b.>"],
  ])("%s and %s: %s", (one, other, both) => {
    expect(intersectFilters(one, other)).toBe(both);
    expect(intersectFilters(other, one)).toBe(both);
  });
});

describe("a filter", () => {
  it.each([
    ["a.>", "a", false],
    ["a.>", "a.b.c", true],
    ["*", "a", true],
    ["*", "a.b", false],
    ["a.*.c", "a.b.c", true],
    ["a.*.c", "a.b.d", false],
  ])("%s covers %s: %s", (filter, subject, covered) => {
    expect(compileFilter(filter)(subject)).toBe(covered);
  });
});
