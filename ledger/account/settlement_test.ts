import { describe, expect, it } from "vitest";
import type { Command } from "../../shared/commands/mod.ts";
import { edgeCommandSchemas } from "../../shared/commands/edge.ts";
import { ledgerDomain } from "../shard/mod.ts";
import { command, READY_TO_CALL, requestId, Scenario } from "../shard/scenario.ts";

// An input token costs 1,000 microkyat and an output token 4,000: the hold of 10 + 10 is 50,000.
function withCredit(amountMicroKyat: bigint, ...more: readonly Command[]): Scenario {
  const scenario = new Scenario();
  scenario.given(...READY_TO_CALL.filter((one) => one.type !== "GrantCredit"));
  scenario.given(command("GrantCredit", { amountMicroKyat }), ...more);
  return scenario;
}

describe("a hold", () => {
  it("takes its amount out of what is available", () => {
    const scenario = withCredit(60_000n, command("PlaceHold"));
    expect(scenario.balance()).toEqual({ available: 10_000n, held: 50_000n, settled: 0n });
  });

  it("asks for the model's whole output when the client named no limit", () => {
    const scenario = withCredit(1_000_000n);
    expect(scenario.given(command("PlaceHold", { outputTokensRequested: null }))).toMatchObject([
      { payload: { outputTokensGranted: 100, amountMicroKyat: 410_000n } },
    ]);
  });

  it("lowers the output to what the wallet carries, to the last token", () => {
    const scenario = withCredit(45_999n);
    expect(scenario.attempt(command("PlaceHold"))).toMatchObject({
      result: { outputTokensGranted: 8, holdMicroKyat: "42000", availableMicroKyat: "3999" },
    });
  });

  it("lowers the output to what the tightest budget carries", () => {
    const scenario = withCredit(
      1_000_000n,
      command("SetBudget", { limitMicroKyat: 46_000n }),
      command("SetBudget", { keyId: "key-1", period: "total", limitMicroKyat: 38_000n }),
    );
    expect(scenario.attempt(command("PlaceHold"))).toMatchObject({
      result: { outputTokensGranted: 7, holdMicroKyat: "38000" },
    });
  });

  it("of a client that wants less than the useful minimum is granted that", () => {
    const scenario = withCredit(14_000n);
    expect(scenario.attempt(command("PlaceHold", { outputTokensRequested: 1 }))).toMatchObject({
      result: { outputTokensGranted: 1, holdMicroKyat: "14000", availableMicroKyat: "0" },
    });
  });

  it("of a call without output, such as an embedding, is for its input alone", () => {
    const scenario = withCredit(10_000n);
    const hold = command("PlaceHold", { outputTokensRequested: 0, minimumOutputTokens: 0 });
    const body = edgeCommandSchemas.PlaceHold.parse(hold.body);
    expect(body).toMatchObject({ outputTokensRequested: 0, minimumOutputTokens: 0 });
    expect(scenario.attempt(hold)).toMatchObject({
      result: { outputTokensGranted: 0, holdMicroKyat: "10000", availableMicroKyat: "0" },
    });
    expect(scenario.given(command("SettleHold", { usage: { input: 10 } }))).toMatchObject([
      { payload: { chargeMicroKyat: 10_000n, chargedMicroKyat: 10_000n } },
    ]);
  });

  it("counts no more input than the model can take", () => {
    const scenario = withCredit(10_000_000n);
    expect(scenario.given(command("PlaceHold", { inputTokensBound: 5_000 }))).toMatchObject([
      { payload: { inputTokensBound: 1_000, amountMicroKyat: 1_040_000n } },
    ]);
  });

  it("counts what the model takes as often as the provider's tools may make it read", () => {
    const scenario = withCredit(10_000_000n);
    const hold = command("PlaceHold", { inputTokensBound: 5_000, contextReadings: 3 });
    expect(scenario.given(hold)).toMatchObject([{ payload: { inputTokensBound: 3_000 } }]);
  });

  it("keeps its terms whatever is published later", () => {
    const scenario = withCredit(60_000n, command("PlaceHold"));
    scenario.given(
      command("PublishPrice", { ratesPicoUsdPerUnit: { input: 9_000_000n, output: 9_000_000n } }),
      command("SetMarkup", { markupPartsPerMillion: 1_000_000 }),
      command("SetFxRate", { kyatPerUsd: "9999" }),
    );
    expect(scenario.given(command("SettleHold"))).toMatchObject([
      { payload: { chargeMicroKyat: 30_000n } },
    ]);
  });
});

describe("a settlement", () => {
  // deno-fmt-ignore
  const table: readonly (readonly [string, bigint, number, Record<string, bigint>, bigint])[] = [
    // credit, output tokens, the split, available afterwards
    ["below the hold gives the rest back", 60_000n, 5, { chargeMicroKyat: 30_000n, chargedMicroKyat: 30_000n, overageMicroKyat: 0n, releasedMicroKyat: 20_000n, unbilledMicroKyat: 0n }, 30_000n],
    ["of the whole hold gives nothing back", 60_000n, 10, { chargeMicroKyat: 50_000n, chargedMicroKyat: 50_000n, overageMicroKyat: 0n, releasedMicroKyat: 0n, unbilledMicroKyat: 0n }, 10_000n],
    ["above the hold takes the rest from the wallet", 60_000n, 12, { chargeMicroKyat: 58_000n, chargedMicroKyat: 58_000n, overageMicroKyat: 8_000n, releasedMicroKyat: 0n, unbilledMicroKyat: 0n }, 2_000n],
    ["above the wallet stops at zero; the rest is the platform's loss", 60_000n, 20, { chargeMicroKyat: 90_000n, chargedMicroKyat: 60_000n, overageMicroKyat: 10_000n, releasedMicroKyat: 0n, unbilledMicroKyat: 30_000n }, 0n],
  ];

  table.forEach(([name, credit, output, split, available]) => {
    it(name, () => {
      const scenario = withCredit(credit, command("PlaceHold"));
      const usage = { input: 10, output };
      expect(scenario.given(command("SettleHold", { usage }))).toMatchObject([{
        type: "HoldSettled",
        payload: { basis: "final", holdMicroKyat: 50_000n, ...split },
      }]);
      expect(scenario.balance())
        .toEqual({ available, held: 0n, settled: split.chargedMicroKyat });
    });
  });

  it("with nothing used gives everything back", () => {
    const scenario = withCredit(60_000n, command("PlaceHold"));
    expect(scenario.attempt(command("SettleHold", { usage: {}, evidence: "unknown" })))
      .toMatchObject({ result: { state: "settled", chargedMicroKyat: "0" } });
    expect(scenario.balance().available).toBe(60_000n);
  });

  it.each(
    [
      ["reported", { input: 2, output: 3 }, 14_000n],
      ["observed", { input: 9, output: 4 }, 25_000n],
      ["unknown", { input: 9, output: 4 }, 25_000n],
    ] as const,
  )("that is %s after progress charges %o", (evidence, usage, charge) => {
    const progress = command("ReportUsage", { sequence: 1, usage: { input: 9, output: 1 } });
    const scenario = withCredit(60_000n, command("PlaceHold"), progress);
    const final = { input: 2, output: evidence === "reported" ? 3 : 4 };
    expect(scenario.given(command("SettleHold", { usage: final, evidence }))).toMatchObject([
      { type: "HoldSettled", payload: { usage, evidence, chargedMicroKyat: charge } },
    ]);
  });

  it("charges no side of a call twice, as estimated before and as told by class after", () => {
    const early = { input: 9, output: 3, searches: 1 };
    const progress = command("ReportUsage", { sequence: 1, usage: early });
    const scenario = withCredit(60_000n, command("PlaceHold"), progress);
    const final = { input: 1, cached_input: 8, output: 1, reasoning: 3 };
    expect(scenario.given(command("SettleHold", { usage: final, evidence: "observed" })))
      .toMatchObject([{ payload: { usage: { ...final, searches: 1 } } }]);
  });

  it("leaves other holds alone when it takes overage", () => {
    const scenario = withCredit(110_000n, command("PlaceHold"));
    scenario.given(command("PlaceHold", { requestId: requestId(2) }));
    scenario.given(command("SettleHold", { usage: { input: 10, output: 100 } }));
    expect(scenario.balance()).toEqual({ available: 0n, held: 50_000n, settled: 60_000n });
  });
});

describe("a call that another served than its hold names", () => {
  // model-2 costs 3,000 microkyat for an input token and 2,000 for an output token; the fee is 2,000.
  const prices = [
    command("PublishPrice", {
      model: "model-2",
      ratesPicoUsdPerUnit: { input: 3_000_000n, output: 2_000_000n },
    }),
    command("SetOwnKeyFee"),
  ];
  const withAll = (...more: readonly Command[]) =>
    withCredit(
      100_000n,
      ...prices,
      command("PlaceHold", { alternatives: ["model-2"], billing: "either" }),
      ...more,
    );
  const usage = { input: 10, output: 5 };

  it.each<[string, Parameters<typeof command<"SettleHold">>[1], object]>([
    ["is its own when nothing is said", {}, {
      model: "model-1",
      ownKey: false,
      chargeMicroKyat: 30_000n,
      costNanoUsd: 30_000n,
    }],
    ["may be named for itself", { model: "model-1" }, { chargeMicroKyat: 30_000n }],
    ["costs what the other model costs", { model: "model-2" }, {
      model: "model-2",
      ownKey: false,
      chargeMicroKyat: 40_000n,
      costNanoUsd: 40_000n,
    }],
    ["costs the fee on an own key, and us nothing", { ownKey: true }, {
      model: "model-1",
      ownKey: true,
      chargeMicroKyat: 2_000n,
      costNanoUsd: 0n,
    }],
    ["costs the fee on any model", { ownKey: true, model: "model-2" }, {
      model: "model-2",
      ownKey: true,
      chargeMicroKyat: 2_000n,
    }],
  ])("%s", (_name, served, expected) => {
    expect(withAll().given(command("SettleHold", { usage, ...served }))).toMatchObject([
      { type: "HoldSettled", payload: { usage, ...expected } },
    ]);
  });

  it("is not named where the hold leaves no choice", () => {
    const scenario = withCredit(100_000n, command("PlaceHold"));
    const served = { model: "model-1", ownKey: false };
    scenario.given(command("ReportUsage", served), command("SettleHold", served));
    for (const { event } of scenario.log) expect("ownKey" in event.payload).toBe(false);
    const named = scenario.log.filter(({ event }) => "model" in event.payload);
    expect(named.map(({ event }) => event.type)).toEqual(["PricePublished", "HoldPlaced"]);
  });

  it("is settled at its expiry by whom the last report names", () => {
    const reports = [
      command("ReportUsage", { usage, model: "model-2" }),
      command("ReportUsage", { usage, sequence: 2, ownKey: true }),
      command("ReportUsage", { usage, sequence: 3, model: "model-2" }),
    ];
    expect(withAll(...reports).wait(60_000).given(command("ExpireHold"))).toMatchObject([
      { payload: { basis: "expiry", model: "model-2", chargeMicroKyat: 40_000n } },
    ]);
    const byFee = withAll(...reports.slice(0, 2)).wait(60_000);
    expect(byFee.given(command("ExpireHold"))).toMatchObject([
      { payload: { basis: "expiry", ownKey: true, chargeMicroKyat: 2_000n } },
    ]);
    expect(byFee.given(command("SettleHold", { usage, model: "model-2" }))).toMatchObject([
      { payload: { model: "model-2", alreadyChargedMicroKyat: 2_000n, chargedMicroKyat: 38_000n } },
    ]);
  });

  it("on a hold for an own key costs the fee without being told so", () => {
    const scenario = withCredit(2_000n, ...prices, command("PlaceHold", { billing: "own_key" }));
    expect(scenario.balance().held).toBe(2_000n);
    expect(scenario.given(command("SettleHold", { usage: { input: 1_000_000 } }))).toMatchObject([
      { payload: { ownKey: true, chargedMicroKyat: 2_000n, unbilledMicroKyat: 0n } },
    ]);
  });

  it("pays the fee that was in force when it was held", () => {
    const scenario = withAll(command("SetOwnKeyFee", { picoUsdPerRequest: 9_000_000n }));
    expect(scenario.given(command("SettleHold", { ownKey: true }))).toMatchObject([
      { payload: { chargeMicroKyat: 2_000n } },
    ]);
  });
});

describe("a call that no provider bills", () => {
  const free = command("PlaceHold", { billing: "free", requestId: requestId(1) });
  const withoutCredit = (...more: readonly Command[]) => {
    const scenario = new Scenario();
    const ready = READY_TO_CALL.filter((one) => one.type !== "GrantCredit");
    scenario.given(...ready, ...more);
    return scenario;
  };
  const usage = { input: 1_000_000, requests: 1 };
  const nothing = {
    holdMicroKyat: 0n,
    chargeMicroKyat: 0n,
    chargedMicroKyat: 0n,
    overageMicroKyat: 0n,
    releasedMicroKyat: 0n,
    unbilledMicroKyat: 0n,
    costNanoUsd: 0n,
  };

  it("needs no credit, and keeps the usage that was reported", () => {
    const scenario = withoutCredit();
    expect(scenario.given(free)).toMatchObject([
      { type: "HoldPlaced", payload: { billing: "free", amountMicroKyat: 0n } },
    ]);
    expect(scenario.given(command("SettleHold", { usage }))).toMatchObject([
      { type: "HoldSettled", payload: { usage, ...nothing } },
    ]);
    expect(scenario.balance()).toEqual({ available: 0n, held: 0n, settled: 0n });
  });

  it("posts nothing", () => {
    const scenario = withoutCredit(free, command("SettleHold", { usage }));
    const ends = scenario.log.slice(-2);
    expect(ends.map(({ event }) => event.type)).toEqual(["HoldPlaced", "HoldSettled"]);
    expect(ends.flatMap(({ event }) => ledgerDomain.postings(event))).toEqual([]);
  });

  it("passes a budget that was overrun", () => {
    const scenario = withCredit(
      100_000n,
      command("PlaceHold", { requestId: requestId(2) }),
      command("SetBudget", { period: "total", limitMicroKyat: 1n }),
    );
    expect(scenario.given(free)).toMatchObject([{ payload: { amountMicroKyat: 0n } }]);
  });

  it("costs nothing at its expiry and late, whichever model served", () => {
    const scenario = withCredit(
      100_000n,
      command("PublishPrice", { model: "model-2" }),
      command("PlaceHold", { billing: "free", alternatives: ["model-2"] }),
      command("ReportUsage", { usage, model: "model-2" }),
    );
    expect(scenario.wait(60_000).given(command("ExpireHold"))).toMatchObject([
      { payload: { basis: "expiry", model: "model-2", ...nothing } },
    ]);
    expect(scenario.given(command("SettleHold", { usage: { input: 2_000_000 } }))).toMatchObject([
      { type: "LateUsageSettled", payload: { chargeMicroKyat: 0n, chargedMicroKyat: 0n } },
    ]);
  });

  it("is sold only where the model is", () => {
    const decision = withoutCredit().attempt(
      command("PlaceHold", { billing: "free", model: "model-9" }),
    );
    expect(decision).toMatchObject({ rejection: { code: "model_not_priced" } });
  });
});

describe("a hold whose time is up", () => {
  it("is due at its very millisecond, and not before", () => {
    const scenario = withCredit(60_000n, command("PlaceHold"));
    const due = () => scenario.due(10);
    expect(scenario.wait(59_999) && due()).toEqual([]);
    expect(scenario.wait(1) && due()).toEqual([command("ExpireHold")]);
  });

  it("goes back to the wallet when nothing was reported", () => {
    const scenario = withCredit(60_000n, command("PlaceHold")).wait(60_000);
    expect(scenario.given(command("ExpireHold"))).toEqual([{
      type: "HoldExpired",
      payload: { accountId: "acc-1", requestId: requestId(1), amountMicroKyat: 50_000n },
    }]);
    expect(scenario.balance()).toEqual({ available: 60_000n, held: 0n, settled: 0n });
  });

  it("is settled on the last progress report", () => {
    const scenario = withCredit(60_000n, command("PlaceHold"), command("ReportUsage"));
    scenario.given(command("ReportUsage", { sequence: 2, usage: { input: 10, output: 3 } }));
    expect(scenario.wait(60_000).given(command("ExpireHold"))).toMatchObject([{
      type: "HoldSettled",
      payload: { basis: "expiry", evidence: "observed", chargedMicroKyat: 22_000n },
    }]);
    expect(scenario.balance()).toEqual({ available: 38_000n, held: 0n, settled: 22_000n });
  });

  it("lives longer when it was extended, and never shorter", () => {
    const scenario = withCredit(60_000n, command("PlaceHold"), command("ExtendHold"));
    expect(scenario.given(command("ExtendHold", { sequence: 2, holdTtlMs: 1_000 })))
      .toMatchObject([{ payload: { expiresAtMs: scenario.nowMs + 120_000 } }]);
    expect(scenario.wait(119_999).due(1)).toEqual([]);
    expect(scenario.wait(1).due(1)).toHaveLength(1);
  });

  it("can still be settled in the ordinary way while nothing has ended it", () => {
    const scenario = withCredit(60_000n, command("PlaceHold")).wait(3_600_000);
    expect(scenario.given(command("SettleHold"))).toMatchObject([{ type: "HoldSettled" }]);
    expect(scenario.due(1)).toEqual([]);
  });
});

describe("late usage", () => {
  const lapse = (scenario: Scenario) => scenario.wait(60_000).given(command("ExpireHold"));

  it("is charged to the wallet after an expiry without a charge", () => {
    const scenario = withCredit(60_000n, command("PlaceHold"));
    lapse(scenario);
    expect(scenario.given(command("SettleHold"))).toMatchObject([{
      type: "LateUsageSettled",
      payload: { alreadyChargedMicroKyat: 0n, chargedMicroKyat: 30_000n, unbilledMicroKyat: 0n },
    }]);
    expect(scenario.balance()).toEqual({ available: 30_000n, held: 0n, settled: 30_000n });
  });

  it("is charged only beyond what the settlement at expiry charged", () => {
    const scenario = withCredit(60_000n, command("PlaceHold"), command("ReportUsage"));
    lapse(scenario);
    expect(scenario.given(command("SettleHold"))).toMatchObject([{
      payload: {
        chargeMicroKyat: 30_000n,
        alreadyChargedMicroKyat: 18_000n,
        chargedMicroKyat: 12_000n,
        costNanoUsd: 12_000n,
      },
    }]);
  });

  it("is answered with the price of the whole call, as its receipt says it", () => {
    const scenario = withCredit(60_000n, command("PlaceHold"), command("ReportUsage"));
    lapse(scenario);
    expect(scenario.attempt(command("SettleHold"))).toMatchObject({
      result: { state: "late_settled", chargedMicroKyat: "30000", unbilledMicroKyat: "0" },
    });
  });

  it("below what was charged gives nothing back by itself", () => {
    const scenario = withCredit(60_000n, command("PlaceHold"), command("ReportUsage"));
    lapse(scenario);
    expect(scenario.given(command("SettleHold", { usage: { input: 1 } }))).toMatchObject([
      { payload: { chargedMicroKyat: 0n, unbilledMicroKyat: 0n, costNanoUsd: 0n } },
    ]);
    expect(scenario.balance().settled).toBe(18_000n);
  });

  it("that the wallet cannot carry is the platform's loss", () => {
    const scenario = withCredit(60_000n, command("PlaceHold"));
    lapse(scenario);
    scenario.given(command("PlaceHold", { requestId: requestId(2) }));
    expect(scenario.given(command("SettleHold"))).toMatchObject([
      { payload: { chargedMicroKyat: 10_000n, unbilledMicroKyat: 20_000n } },
    ]);
    expect(scenario.balance().available).toBe(0n);
  });
});
