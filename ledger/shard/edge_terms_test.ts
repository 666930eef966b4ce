import { describe, expect, it } from "vitest";
import { edgeConfigPageSchema } from "../../shared/edge_config/mod.ts";
import { toJsonValue } from "../../shared/json.ts";
import { command, Scenario } from "./scenario.ts";
import { changesAfter } from "./queries.ts";

describe("the terms that edges show prices by", () => {
  it("are markup and exchange rate together, null while one is not set", () => {
    const scenario = new Scenario();
    scenario.given(command("SetMarkup", { markupPartsPerMillion: 50_000 }));
    expect(changesAfter(scenario.state, 0n, 9).terms)
      .toEqual({ markupPartsPerMillion: 50_000, fx: null });
    scenario.given(command("SetFxRate", { kyatPerUsd: "4500.25" }));
    expect(changesAfter(scenario.state, 1n, 9).terms).toEqual({
      markupPartsPerMillion: 50_000,
      fx: { microKyat: 4_500_250_000n, nanoUsd: 1_000_000_000n },
    });
  });

  it("come once, as they are now, and not again without news", () => {
    const scenario = new Scenario();
    scenario.given(command("SetMarkup"), command("SetFxRate"), command("SetMarkup"));
    scenario.given(command("SetMarkup", { markupPartsPerMillion: 7 }));
    const page = changesAfter(scenario.state, 0n, 1);
    expect(page).toMatchObject({ terms: { markupPartsPerMillion: 7 }, more: false });
    expect(changesAfter(scenario.state, BigInt(page.position), 9).terms).toBeUndefined();
    expect(edgeConfigPageSchema.parse(toJsonValue(page))).toEqual(page);
  });
});
