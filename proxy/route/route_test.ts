import { describe, expect, it } from "vitest";
import { MAX_ROUTES, route } from "./mod.ts";

const any = (name: string) => ({ name, models: null });
const only = (name: string, models: Record<string, string>) => ({
  name,
  models: new Map(Object.entries(models)),
});

describe("routing", () => {
  it("keeps the order of the settings, and each target's own name for the model", () => {
    const targets = [only("a", { m: "a/m" }), any("b"), only("c", { other: "x" })];
    expect(route("m", targets).map(({ target, upstreamModel }) => [target.name, upstreamModel]))
      .toEqual([["a", "a/m"], ["b", "m"]]);
  });

  it("finds nothing for a model that nobody serves", () => {
    expect(route("m", [only("a", { n: "n" })])).toEqual([]);
  });

  it("lets a strategy put them in another order, and bounds how many are tried", () => {
    const targets = Array.from({ length: 40 }, (_, index) => any(`t${index}`));
    const routes = route("m", targets, (all) => [...all].reverse());
    expect(routes).toHaveLength(MAX_ROUTES);
    expect(routes[0]?.target.name).toBe("t39");
  });
});
