import { describe, expect, it } from "vitest";
import { planPhases } from "./plan.ts";
import { tally } from "./summary.ts";

describe("planPhases", () => {
  const modules = [
    "ledger/account/decide.ts",
    "ledger/account/decide_test.ts",
    "shared/bus/bus_contract.ts",
    "tests/e2e/call_test.ts",
    "tests/servers/mod.ts",
    "web/pages_test.tsx",
  ];
  it("runs tests beside the code in parallel, whole systems one by one", () => {
    expect(planPhases(modules, [])).toEqual([
      {
        name: "beside the code",
        parallel: true,
        files: ["ledger/account/decide_test.ts", "web/pages_test.tsx"],
      },
      { name: "end to end", parallel: false, files: ["tests/e2e/call_test.ts"] },
    ]);
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
