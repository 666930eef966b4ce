import { describe, expect, it } from "vitest";
import {
  type ChaosReport,
  MUST_BE_EMPTY,
  renderReport,
  runChaos,
} from "../../scripts/chaos/mod.ts";
import { FAULT_KINDS } from "../../scripts/chaos/faults.ts";

/** What must be empty and is not; with the whole report when there is anything. */
function findings(report: ChaosReport): string {
  const empty = MUST_BE_EMPTY.every((part) => report.verdict[part].length === 0);
  return empty ? "" : renderReport(report);
}

describe("a cluster under paid traffic", () => {
  it(
    "loses, doubles and overspends nothing under every kind of fault",
    async () => {
      const lines: string[] = [];
      const report = await runChaos({ minutes: 0, seed: 20_261_121, edges: 2 }, {
        line: (text) => lines.push(text),
        live: () => {},
      });
      expect(findings(report)).toBe("");
      const possible = FAULT_KINDS.filter((kind) =>
        kind !== "fill disk" || report.notTried.length === 0
      );
      expect(possible.filter((kind) => !report.faults.has(kind))).toEqual([]);
      expect(report.answered).toBeGreaterThan(0);
      // Faults bit: some calls were refused, and some connections broke.
      expect(report.refused.size).toBeGreaterThan(0);
      expect(report.broken.size).toBeGreaterThan(0);
    },
    900_000,
  );
});
