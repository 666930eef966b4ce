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

/** No run begins later than this after the first one. */
const ANOTHER_RUN_BEFORE_MS = 400_000;

describe("a cluster under paid traffic", () => {
  it(
    "loses, doubles and overspends nothing under every kind of fault",
    async () => {
      const until = performance.now() + ANOTHER_RUN_BEFORE_MS;
      const [refused, broken] = [new Set<string>(), new Set<string>()];
      // Faults bite: some calls are refused, and some connections break; if not, there is a next run.
      for (let seed = 20_261_121; refused.size === 0 || broken.size === 0; seed++) {
        expect(performance.now()).toBeLessThan(until);
        const report = await runChaos({ minutes: 0, seed, edges: 2 }, {
          line: () => {},
          live: () => {},
        });
        expect(findings(report)).toBe("");
        const possible = FAULT_KINDS.filter((kind) =>
          kind !== "fill disk" || report.notTried.length === 0
        );
        expect(possible.filter((kind) => !report.faults.has(kind))).toEqual([]);
        expect(report.answered).toBeGreaterThan(0);
        for (const reason of report.refused.keys()) refused.add(`${reason}`);
        for (const reason of report.broken.keys()) broken.add(`${reason}`);
      }
    },
    900_000,
  );
});
