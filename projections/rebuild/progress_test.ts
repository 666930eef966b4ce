import { describe, expect, it } from "vitest";
import { progressLine } from "./mod.ts";

describe("the progress of a rebuild", () => {
  it("says how far it is, how fast, and how long it will take", () => {
    expect(progressLine("balances", { done: 250_000n, total: 1_000_000n }, 2_500)).toBe(
      "balances     ██████░░░░░░░░░░░░░░░░░░  25.0 %  250,000 of 1,000,000 events  100,000/s  0:08 left",
    );
  });

  it("does not promise anything before it has begun", () => {
    expect(progressLine("keys", { done: 0n, total: 9n }, 0)).toContain("? left");
  });

  it("of an empty log is done at once", () => {
    expect(progressLine("keys", { done: 0n, total: 0n }, 1)).toMatch(/100\.0 %.*done$/);
  });
});
