import { describe, expect, it } from "vitest";
import { command, READY_TO_CALL, Scenario } from "../shard/scenario.ts";
import { saleTerms } from "./book.ts";

describe("the price book", () => {
  it("numbers each model's prices, the markup and the exchange rate by themselves", () => {
    const scenario = new Scenario();
    const [first] = scenario.given(command("PublishPrice"));
    const [second] = scenario.given(command("PublishPrice", { source: "corrected" }));
    const [other] = scenario.given(command("PublishPrice", { model: "model-2" }));
    expect([first, second, other]).toMatchObject([
      { payload: { model: "model-1", priceVersion: 1 } },
      { payload: { model: "model-1", priceVersion: 2 } },
      { payload: { model: "model-2", priceVersion: 1 } },
    ]);
    scenario.given(command("SetMarkup"));
    expect(scenario.given(command("SetMarkup", { markupPartsPerMillion: 9 })))
      .toMatchObject([{ payload: { markupVersion: 2, markupPartsPerMillion: 9 } }]);
    expect(scenario.given(command("SetFxRate", { kyatPerUsd: "4500.25" }))).toMatchObject([
      { payload: { fxVersion: 1, microKyat: 4_500_250_000n, nanoUsd: 1_000_000_000n } },
    ]);
  });

  it("pins the newest version of everything", () => {
    const scenario = new Scenario();
    scenario.given(command("PublishPrice"), command("PublishPrice"));
    scenario.given(command("SetMarkup"), command("SetMarkup", { markupPartsPerMillion: 7 }));
    scenario.given(command("SetFxRate"));
    expect(saleTerms(scenario.state.prices, "model-1")).toMatchObject({
      pricing: { priceVersion: 2, markupVersion: 2, markupPartsPerMillion: 7, fxVersion: 1 },
    });
  });

  it("sells a withdrawn model again at the price that is published next", () => {
    const scenario = new Scenario();
    scenario.given(command("PublishPrice"), command("SetMarkup"), command("SetFxRate"));
    expect(scenario.given(command("WithdrawPrice"))).toMatchObject([
      { type: "PriceWithdrawn", payload: { model: "model-1", priceVersion: 1 } },
    ]);
    expect(saleTerms(scenario.state.prices, "model-1")).toBe("model_not_priced");
    expect(scenario.given(command("PublishPrice"))).toMatchObject([{
      payload: { priceVersion: 2 },
    }]);
    expect(saleTerms(scenario.state.prices, "model-1"))
      .toMatchObject({ pricing: { priceVersion: 2 } });
  });

  it("keeps the terms of calls whose model is withdrawn meanwhile", () => {
    const scenario = new Scenario();
    scenario.given(...READY_TO_CALL, command("PlaceHold"), command("WithdrawPrice"));
    expect(scenario.given(command("SettleHold"))).toMatchObject([
      { payload: { chargeMicroKyat: 30_000n } },
    ]);
  });

  it("refuses a log that withdraws what is not for sale", () => {
    const payload = { model: "model-1", priceVersion: 1, reason: "retired" };
    const scenario = new Scenario();
    const withdraw = () => scenario.append({ type: "PriceWithdrawn", payload });
    expect(withdraw).toThrow("withdrawn in the log");
    scenario.given(command("PublishPrice"), command("WithdrawPrice"));
    expect(withdraw).toThrow("withdrawn in the log");
  });

  it("numbers the fee for own keys by itself", () => {
    const scenario = new Scenario();
    scenario.given(command("SetOwnKeyFee"));
    expect(scenario.given(command("SetOwnKeyFee", { picoUsdPerRequest: 7n }))).toMatchObject([
      { type: "OwnKeyFeeSet", payload: { feeVersion: 2, picoUsdPerRequest: 7n } },
    ]);
  });

  it("refuses a log that skips or repeats a version", () => {
    for (const markupVersion of [1, 3]) {
      const scenario = new Scenario();
      scenario.given(command("SetMarkup"));
      const payload = { markupVersion, markupPartsPerMillion: 0 };
      expect(() => scenario.append({ type: "MarkupSet", payload })).toThrow("expected 2");
    }
  });
});
