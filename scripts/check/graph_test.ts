import { describe, expect, it } from "vitest";
import { parseGraph, readGraph } from "./graph.ts";

const root = "file:///repository/";

/** A report in the shape of `deno info --json`. */
function report(modules: unknown[]): string {
  return JSON.stringify({ version: 1, roots: [], modules });
}

describe("parseGraph", () => {
  it("keeps the repository's own imports, types included, with aliases resolved", () => {
    const json = report([
      {
        specifier: `${root}proxy/app_test.ts`,
        dependencies: [
          { specifier: "vitest", code: { specifier: `${root}tests/vitest/mod.ts` } },
          { specifier: "../shared/errors.ts", type: { specifier: `${root}shared/errors.ts` } },
          { specifier: "hono", code: { specifier: "npm:hono@4" } },
        ],
      },
      { specifier: "npm:/hono@4", kind: "npm" },
      { specifier: `${root}shared/errors.ts` },
    ]);
    expect(parseGraph(json, root)).toEqual({
      files: new Set(["proxy/app_test.ts", "shared/errors.ts"]),
      edges: [
        { from: "proxy/app_test.ts", to: "tests/vitest/mod.ts" },
        { from: "proxy/app_test.ts", to: "shared/errors.ts" },
      ],
      broken: [],
    });
  });
  it("names modules and imports that could not be resolved", () => {
    const json = report([
      { specifier: `${root}shared/gone.ts`, error: `Module not found "${root}shared/gone.ts".` },
      {
        specifier: `${root}proxy/app.ts`,
        dependencies: [{ specifier: "hona", code: { error: "not in the import map" } }],
      },
    ]);
    expect(parseGraph(json, root).broken).toEqual([
      'shared/gone.ts: Module not found "shared/gone.ts".',
      "proxy/app.ts imports hona: not in the import map",
    ]);
  });
  it("refuses a report of another shape", () => {
    expect(() => parseGraph('{"graph": []}', root)).toThrow();
  });
});

describe("readGraph", () => {
  it("sees this repository as deno does", async () => {
    const here = new URL("../../", import.meta.url);
    const { files, edges, broken } = await readGraph(["scripts/check/graph_test.ts"], here);
    expect(broken).toEqual([]);
    expect(files.has("scripts/check/graph.ts")).toBe(true);
    expect(edges).toContainEqual({
      from: "scripts/check/graph_test.ts",
      to: "tests/vitest/mod.ts",
    });
  });
});
