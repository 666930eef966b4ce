import { describe, expect, it } from "vitest";
import { progressLine, progressOf } from "./mod.ts";

const line = (name: string, done: bigint, total: bigint, elapsedMs: number) =>
  progressLine(name, progressOf("loading", { done, total }, elapsedMs));

describe("the progress of a rebuild", () => {
  it("says how far it is, how fast, and how long it will take", () => {
    expect(line("balances", 250_000n, 1_000_000n, 2_500)).toBe(
      "balances     ██████░░░░░░░░░░░░░░░░░░  25.0 %  250,000 of 1,000,000 events  100,000/s  0:08 left",
    );
  });

  it("does not promise anything before it has begun", () => {
    expect(line("keys", 0n, 9n, 0)).toContain("?/s  ? left");
  });

  it("of an empty log is complete at once", () => {
    expect(line("keys", 0n, 0n, 1)).toContain("100.0 %");
  });

  it("names the phases after loading", () => {
    const progress = progressOf("catching_up", { done: 5n, total: 9n }, 1_000);
    expect(progressLine("keys", progress)).toMatch(/5\/s {2}catching up$/);
  });
});
