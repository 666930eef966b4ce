import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { DomainEvent, PinnedPricing } from "../../shared/events/mod.ts";
import * as shapes from "../../shared/read_api/mod.ts";
import { type Usage, USAGE_CLASSES } from "../../shared/usage/mod.ts";
import {
  chargeMicroKyat,
  costNanoUsd,
  DecidedLog,
  historyOf,
  openReadApi,
  type TestReadApi,
} from "../../tests/projections/mod.ts";
import { stepsOf } from "./steps.ts";

const START_MS = 1_800_000_000_000;
const REQUEST = "01900000-0000-7000-8000-000000000001";
const LATE = "01900000-0000-7000-8000-000000000002";
const RELEASED = "01900000-0000-7000-8000-000000000003";
const TIERED = "01900000-0000-7000-8000-000000000004";
const OWN_KEY = "01900000-0000-7000-8000-000000000005";
const FREE = "01900000-0000-7000-8000-000000000006";
const own = { role: "developer", accountId: "acc-1" } as const;
let api: TestReadApi;

/** What the ledger really decides: commands in, events out. */
function decided(): DomainEvent[] {
  const log = new DecidedLog(START_MS);
  log.place(REQUEST);
  const usage = { input: 700, cached_input: 200, output: 400, reasoning: 30, searches: 2 };
  log.settle(REQUEST, usage);
  log.place(LATE);
  log.give("ReportUsage", {
    ...log.of(LATE),
    sequence: 1,
    usage: { input: 500, output: 3 },
    evidence: "observed",
  });
  log.nowMs += 61_000;
  log.give("ExpireHold", log.of(LATE));
  log.settle(LATE, usage);
  log.give("PublishPrice", {
    model: "long",
    displayName: "Long",
    ownedBy: "maker",
    ratesPicoUsdPerUnit: { input: "1000000", output: "4000000" },
    tiers: [{ aboveInputTokens: 100, ratesPicoUsdPerUnit: { input: "3000000" } }],
    contextWindowTokens: 128_000,
    maxOutputTokens: 16_384,
    source: "test",
  });
  log.give("SetOwnKeyFee", { picoUsdPerRequest: "55000001" });
  const either = { alternatives: ["long"], billing: "either", askedModel: "auto" };
  log.place(TIERED, "acc-1", "k1", either);
  log.settle(TIERED, { input: 101, output: 10 }, "acc-1", { model: "long" });
  log.place(OWN_KEY, "acc-1", "k1", either);
  log.settle(OWN_KEY, { input: 101, output: 10 }, "acc-1", { ownKey: true });
  log.place(FREE, "acc-1", "k1", { billing: "free" });
  log.settle(FREE, { input: 101, requests: 1 });
  log.place(RELEASED);
  log.give("ReleaseHold", { ...log.of(RELEASED), reason: "upstream_failed", call: log.call });
  return log.events;
}

beforeAll(async () => {
  api = await openReadApi();
  await api.append(decided(), { recordedAtMs: START_MS });
});

afterAll(() => api.close());

const pathOf = (requestId: string) => `/v1/requests/${requestId}/explanation`;

describe("an explanation", () => {
  it("of a long call on another model says which tier it took", async () => {
    const { position, item } = await api.json(pathOf(TIERED), own);
    shapes.itemSchema(shapes.explanationSchema).strict().parse({ position, item });
    expect(item).toMatchObject({
      model: "long",
      askedModel: "auto",
      agrees: true,
      terms: { tiers: [{ aboveInputTokens: 100 }] },
      hold: { model: "gpt-4o", alternatives: ["long"], billing: "either" },
      settlements: [{ model: "long", priceVersion: 1, ownKey: false }],
    });
    expect(item.settlements[0].steps.slice(0, 4)).toEqual([
      { kind: "tier", inputTokens: 101, aboveInputTokens: 100 },
      step("input", 101, "input", "3000000", "303000000"),
      step("output", 10, "output", "4000000", "40000000"),
      { kind: "cost", picoUsd: "343000000", costNanoUsd: "343000" },
    ]);
  });

  it("of a call on the customer's own key is its fee, without markup", async () => {
    const { position, item } = await api.json(pathOf(OWN_KEY), own);
    shapes.itemSchema(shapes.explanationSchema).strict().parse({ position, item });
    expect(item).toMatchObject({ model: "gpt-4o", agrees: true, costNanoUsd: "0" });
    const [{ steps, ownKey }] = item.settlements;
    expect(ownKey).toBe(true);
    expect(steps).toMatchObject([
      { kind: "fee", feeVersion: 1, picoUsd: "55000001", attoUsd: "55000001000000" },
      { kind: "fx", numerator: "247513754500250000000000" },
      { kind: "rounding", chargeMicroKyat: "247514" },
    ]);
  });

  it("of a call that no provider bills says so, and keeps its usage", async () => {
    const { position, item } = await api.json(pathOf(FREE), own);
    shapes.itemSchema(shapes.explanationSchema).strict().parse({ position, item });
    expect(item).toMatchObject({
      agrees: true,
      chargedMicroKyat: "0",
      costNanoUsd: "0",
      hold: { billing: "free", holdMicroKyat: "0" },
      settlements: [{
        usage: { input: 101, requests: 1 },
        steps: [{ kind: "free", chargeMicroKyat: "0" }],
      }],
    });
  });

  it("leads from tokens to kyat by numbers that anyone can check", async () => {
    const { status, position, item } = await api.json(pathOf(REQUEST), own);
    expect(status).toBe(200);
    shapes.itemSchema(shapes.explanationSchema).strict().parse({ position, item });
    const [settlement] = item.settlements;
    expect(settlement.steps).toEqual([
      step("input", 700, "input", "2500000", "1750000000"),
      step("cached_input", 200, "cached_input", "1250000", "250000000"),
      step("output", 400, "output", "10000000", "4000000000"),
      step("reasoning", 30, "output", "10000000", "300000000"),
      step("searches", 2, null, "0", "0"),
      { kind: "cost", picoUsd: "6300000000", costNanoUsd: "6300000" },
      {
        kind: "markup",
        picoUsd: "6300000000",
        markupPartsPerMillion: 50_000,
        attoUsd: "6615000000000000",
      },
      {
        kind: "fx",
        attoUsd: "6615000000000000",
        fxMicroKyat: "4500250000",
        fxNanoUsd: "1000000000",
        numerator: "29769153750000000000000000",
        denominator: "1000000000000000000",
      },
      {
        kind: "rounding",
        wholeMicroKyat: "29769153",
        remainder: "750000000000000000",
        denominator: "1000000000000000000",
        roundedUp: true,
        chargeMicroKyat: "29769154",
      },
    ]);
    expect(item).toMatchObject({
      state: "settled",
      chargedMicroKyat: "29769154",
      unbilledMicroKyat: "0",
      costNanoUsd: "6300000",
      agrees: true,
      call: { provider: "openai" },
    });
    const { holdMicroKyat } = item.hold;
    expect(BigInt(settlement.releasedMicroKyat)).toBe(BigInt(holdMicroKyat) - 29_769_154n);
    expect(item.events.map(({ type }: { type: string }) => type))
      .toEqual(["HoldPlaced", "HoldSettled"]);
  });

  function step(
    usageClass: string,
    units: number,
    ratedAs: string | null,
    rate: string,
    pico: string,
  ) {
    return {
      kind: "class",
      usageClass,
      units,
      ratedAs,
      ratePicoUsdPerUnit: rate,
      picoUsd: pico,
    };
  }

  it("of late usage tells what had been charged at expiry", async () => {
    const { item } = await api.json(pathOf(LATE));
    const [expiry, late] = item.settlements;
    expect([expiry.basis, late.basis, item.state]).toEqual(["expiry", "late", "late_settled"]);
    expect(late.alreadyChargedMicroKyat).toBe(expiry.chargeMicroKyat);
    expect(BigInt(item.chargedMicroKyat)).toBe(29_769_154n);
    expect(item.agrees).toBe(true);
  });

  it("of a released hold has no settlement", async () => {
    const { item } = await api.json(pathOf(RELEASED));
    expect(item).toMatchObject({
      state: "released",
      settlements: [],
      release: { reason: "upstream_failed", releasedMicroKyat: item.hold.holdMicroKyat },
    });
  });

  it("does not agree with amounts that do not follow from usage and terms", async () => {
    const other = await openReadApi();
    try {
      const history = historyOf(3, 80);
      await other.append(history, { recordedAtMs: START_MS });
      const settled = history.find(({ type }) => type === "HoldSettled");
      const { requestId } = settled!.payload as { requestId: string };
      expect((await other.json(pathOf(requestId))).item.agrees).toBe(false);
    } finally {
      await other.close();
    }
  });

  it("is the account's own, and nobody else's", async () => {
    expect((await api.get(pathOf(REQUEST), { role: "developer", accountId: "acc-2" })).status)
      .toBe(404);
    expect((await api.get(pathOf(REQUEST), { role: "support" })).status).toBe(200);
    expect((await api.get(pathOf("01900000-0000-7000-8000-000000000009"))).status).toBe(404);
    expect((await api.get(pathOf("nonsense"))).status).toBe(404);
  });
});

describe("the steps", () => {
  const amount = (max: bigint) => fc.bigInt(0n, max);
  const usages = fc.dictionary(fc.constantFrom(...USAGE_CLASSES), fc.nat(10_000_000));
  const rates = fc.dictionary(fc.constantFrom(...USAGE_CLASSES), amount(10n ** 12n));
  const terms = fc.record({
    ratesPicoUsdPerUnit: rates,
    markupPartsPerMillion: fc.nat(10_000_000),
    fxMicroKyat: fc.bigInt(1n, 10n ** 12n),
    fxNanoUsd: fc.bigInt(1n, 10n ** 10n),
  });

  it.each([[499n, 0n], [500n, 1n], [501n, 1n], [1_499n, 1n], [1_500n, 2n]])(
    "round %d thousandths of a microkyat to %d",
    (fxMicroKyat, charge) => {
      const rates = { ratesPicoUsdPerUnit: { input: 1n }, markupPartsPerMillion: 0 };
      expect(stepsOf({ input: 1 }, { ...rates, fxMicroKyat, fxNanoUsd: 1n }).chargeMicroKyat)
        .toBe(charge);
    },
  );

  it("lead to the ledger's own charge and cost, whatever usage and terms", () => {
    fc.assert(fc.property(usages, terms, (usage, given) => {
      const pricing: PinnedPricing = { ...given, priceVersion: 1, markupVersion: 1, fxVersion: 1 };
      const led = stepsOf(usage as Usage, pricing);
      expect(led.chargeMicroKyat).toBe(chargeMicroKyat(usage as Usage, pricing));
      expect(led.costNanoUsd).toBe(costNanoUsd(usage as Usage, pricing));
    }));
  });
});
