import { describe, expect, it } from "vitest";
import { findViolations, type ImportGraph } from "./boundaries.ts";

const files = [
  "shared/money/mod.ts",
  "shared/money/arithmetic.ts",
  "shared/errors.ts",
  "proxy/app.ts",
  "proxy/main.ts",
  "proxy/app_test.ts",
  "ledger/account/mod.ts",
  "ledger/account/decide.ts",
  "ledger/account/decide_test.ts",
  "ledger/pricing/mod.ts",
  "ledger/pricing/tiers/mod.ts",
  "ledger/pricing/tiers/table.ts",
  "ledger/compose.ts",
  "projections/app.ts",
  "web/main.ts",
  "scripts/start.ts",
  "tests/vitest/mod.ts",
];

/** What is wrong when `from` imports `to` and nothing else is imported. */
function judge(from: string, to: string): string[] {
  const graph: ImportGraph = { files: new Set(files), edges: [{ from, to }], broken: [] };
  return findViolations(graph, files);
}

describe("the boundaries between rooms", () => {
  it.each([
    ["proxy/app.ts", "shared/errors.ts"],
    ["proxy/main.ts", "proxy/app.ts"],
    ["ledger/account/decide.ts", "shared/money/mod.ts"],
    ["scripts/start.ts", "ledger/compose.ts"],
    ["scripts/start.ts", "ledger/account/decide.ts"],
    ["tests/vitest/mod.ts", "scripts/start.ts"],
    ["proxy/app_test.ts", "tests/vitest/mod.ts"],
  ])("%s may import %s", (from, to) => expect(judge(from, to)).toEqual([]));

  it.each([
    ["proxy/app.ts", "ledger/account/mod.ts", "proxy imports only shared and itself"],
    ["web/main.ts", "projections/app.ts", "web imports only shared and itself"],
    ["proxy/app_test.ts", "ledger/account/mod.ts", "proxy imports only shared and itself"],
    ["shared/errors.ts", "ledger/account/mod.ts", "shared imports no room"],
    ["shared/errors.ts", "scripts/start.ts", "nothing imports scripts"],
    ["ledger/compose.ts", "scripts/start.ts", "nothing imports scripts"],
    ["ledger/compose.ts", "tests/vitest/mod.ts", "only tests import tests"],
  ])("%s may not import %s", (from, to, why) => {
    expect(judge(from, to)).toEqual([`${from} imports ${to}: ${why}`]);
  });
});

describe("the independence of the verifier", () => {
  const modules = [...files, "shared/verifier/mod.ts", "shared/verifier/tree.ts"];
  const judge = (from: string, to: string) =>
    findViolations({ files: new Set(modules), edges: [{ from, to }], broken: [] }, modules);

  it("lets it import itself, and others import it", () => {
    expect(judge("shared/verifier/mod.ts", "shared/verifier/tree.ts")).toEqual([]);
    expect(judge("scripts/start.ts", "shared/verifier/mod.ts")).toEqual([]);
    expect(judge("web/main.ts", "shared/verifier/mod.ts")).toEqual([]);
  });

  it("lets it import nothing else, not even of shared", () => {
    const to = "shared/money/mod.ts";
    expect(judge("shared/verifier/tree.ts", to)).toEqual([
      `shared/verifier/tree.ts imports ${to}: the verifier imports nothing from outside of itself`,
    ]);
  });
});

describe("the front doors of features", () => {
  it.each([
    ["ledger/compose.ts", "ledger/account/mod.ts"],
    ["ledger/account/mod.ts", "ledger/account/decide.ts"],
    ["ledger/pricing/mod.ts", "ledger/pricing/tiers/mod.ts"],
    ["ledger/compose.ts", "ledger/pricing/tiers/mod.ts"],
    ["ledger/account/decide_test.ts", "shared/money/arithmetic.ts"],
  ])("%s may import %s", (from, to) => expect(judge(from, to)).toEqual([]));

  it.each([
    ["ledger/compose.ts", "ledger/account/decide.ts", "enter ledger/account by its mod.ts"],
    ["proxy/app.ts", "shared/money/arithmetic.ts", "enter shared/money by its mod.ts"],
    ["ledger/account/mod.ts", "ledger/pricing/tiers/mod.ts", "enter ledger/pricing by its mod.ts"],
    ["ledger/compose.ts", "ledger/pricing/tiers/table.ts", "enter ledger/pricing by its mod.ts"],
    ["ledger/pricing/mod.ts", "ledger/pricing/tiers/table.ts", "enter ledger/pricing/tiers by"],
  ])("%s may not import %s", (from, to, why) => {
    expect(judge(from, to)).toEqual([expect.stringContaining(why)]);
  });
});

describe("a graph that cannot be trusted", () => {
  it("is not clean when it saw nothing", () => {
    const empty: ImportGraph = { files: new Set(), edges: [], broken: [] };
    expect(findViolations(empty, [])).toEqual(["there are no modules to check"]);
    expect(findViolations(empty, ["proxy/app.ts"])).toEqual([
      "proxy/app.ts is missing from the graph of imports",
    ]);
  });
  it("is not clean when an import leads nowhere", () => {
    const graph = { files: new Set(files), edges: [], broken: ["proxy/app.ts imports nothing"] };
    expect(findViolations(graph, files)).toEqual(["proxy/app.ts imports nothing"]);
  });
});
