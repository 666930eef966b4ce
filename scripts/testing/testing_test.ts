import { describe, expect, it } from "vitest";
import { planPhases } from "./plan.ts";
import { tally } from "./summary.ts";

describe("planPhases", () => {
  const modules = [
    "ledger/account/decide.ts",
    "ledger/account/decide_test.ts",
    "shared/bus/bus_contract.ts",
    "tests/chaos/chaos_test.ts",
    "tests/end_to_end/call_test.ts",
    "tests/fuzz/tokens_test.ts",
    "tests/ledger/failures_test.ts",
    "tests/servers/mod.ts",
    "tests/simulation/seeds_test.ts",
    "tests/web/pages_test.ts",
    "web/pages_test.tsx",
  ];
  it("runs each kind in a phase of its own, whole systems one by one", () => {
    const phases = planPhases(modules, []);
    expect(phases.map(({ name, parallel, files }) => [name, parallel, ...files])).toEqual([
      ["beside the code", true, "ledger/account/decide_test.ts", "web/pages_test.tsx"],
      ["each by itself", true, "tests/fuzz/tokens_test.ts"],
      ["several rooms", false, "tests/ledger/failures_test.ts"],
      ["simulation", true, "tests/simulation/seeds_test.ts"],
      ["end to end", false, "tests/end_to_end/call_test.ts"],
      ["browser", true, "tests/web/pages_test.ts"],
      ["chaos", false, "tests/chaos/chaos_test.ts"],
    ]);
    for (const { minutes } of phases) expect(minutes).toBeGreaterThan(0);
  });
  it("takes parts of paths as filters", () => {
    expect(planPhases(modules, ["./ledger/account"]).flatMap(({ files }) => files)).toEqual([
      "ledger/account/decide_test.ts",
    ]);
    expect(planPhases(modules, ["nothing"])).toEqual([]);
  });
});

describe("tally", () => {
  it.each([
    ["ok | 6 passed | 0 failed (45ms)", true, 6, 0],
    ["ok | 6 passed (4 steps) | 0 failed (45ms)", true, 6, 0],
    ["FAILED | 5 passed | 2 failed (1s)", false, 5, 2],
    ["FAILED | 5 passed (2 steps) | 2 failed (1 step) (1s)", false, 5, 2],
    ["ok | 5 passed | 0 failed | 1 ignored (1s)", true, 5, 1],
    ["ok | 5 passed | 0 failed | 1 ignored | 3 filtered out (1s)", true, 5, 1],
    ["ok | 5 passed | 0 failed | 3 filtered out (1s)", true, 5, 0],
    ["ok | 1 passed | 0 failed (1ms)\nmore\nok | 7 passed | 0 failed (1s)", true, 7, 0],
    ['ok | 5 passed | 0 failed (1s)\nerror: the "only" option was used', false, 5, 1],
    ["error: Module not found", false, 0, 1],
    ["", true, 0, 1],
  ])("reads %j", (output, success, passed, failed) => {
    expect(tally(output, success)).toEqual({ passed, failed });
  });
});
