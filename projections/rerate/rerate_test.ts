import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { dayPlus, yangonDay } from "../daily_usage/mod.ts";
import { reRate } from "./report.ts";
import type { DomainEvent, EventPayload, PinnedPricing } from "../../shared/events/mod.ts";
import { stringifyWithBigint } from "../../shared/json.ts";
import * as shapes from "../../shared/read_api/mod.ts";
import { type Usage, USAGE_CLASSES } from "../../shared/usage/mod.ts";
import {
  chargeMicroKyat,
  DecidedLog,
  historyOf,
  openReadApi,
  ownKeyFeeMicroKyat,
  type TestReadApi,
} from "../../tests/projections/mod.ts";

const START_MS = Date.parse("2025-11-20T03:00:00Z");
const PERIOD = "from=2025-11-20&to=2025-11-20";
const id = (n: number) => `01900000-0000-7000-8000-0000000000${String(n).padStart(2, "0")}`;

/** Usage of every class that falls back in its own way. */
const USAGES: readonly Usage[] = [
  { input: 7, output: 3 },
  { input: 100, cached_input: 50, cache_write_5m: 20, cache_write_1h: 10 },
  { output: 5, reasoning: 11, audio_output: 2, image_output: 1 },
  {
    audio_input: 9,
    image_input: 4,
    characters: 3,
    seconds: 2,
    images: 1,
    requests: 1,
    searches: 1,
  },
  {},
];

const OTHER_RATES = { input: 1_000_003n, cache_write_5m: 777_777n, output: 9n };
let log: DecidedLog;
let api: TestReadApi;
let terms: PinnedPricing;

beforeAll(async () => {
  log = new DecidedLog(START_MS);
  log.open("acc-2", "k2");
  for (const [index, usage] of USAGES.entries()) {
    log.place(id(index));
    log.settle(id(index), usage);
    log.place(id(50 + index), "acc-2", "k2");
    log.settle(id(50 + index), usage, "acc-2");
  }
  log.place(id(90));
  log.give("ReleaseHold", { ...log.of(id(90)), reason: "unsupported", call: log.call });
  log.give("PublishPrice", {
    model: "gpt-4o",
    displayName: "GPT-4o",
    ownedBy: "openai",
    ratesPicoUsdPerUnit: Object.fromEntries(
      Object.entries(OTHER_RATES).map(([name, rate]) => [name, rate.toString()]),
    ),
    contextWindowTokens: 128_000,
    maxOutputTokens: 16_384,
    source: "cheaper",
  });
  log.give("SetMarkup", { markupPartsPerMillion: 1 });
  log.give("SetFxRate", { kyatPerUsd: "2100.123456", source: "later" });
  const placed = log.events.find(({ type }) => type === "HoldPlaced");
  terms = (placed!.payload as { pricing: PinnedPricing }).pricing;
  api = await openReadApi();
  await api.append(log.events, { recordedAtMs: START_MS, stepMs: 1 });
});

afterAll(() => api.close());

/** What the ledger would have charged for all calls of one account. */
function charged(changed: Partial<PinnedPricing>): string {
  return USAGES.reduce((sum, usage) => sum + chargeMicroKyat(usage, { ...terms, ...changed }), 0n)
    .toString();
}

describe("a re-rating", () => {
  it("under the pinned terms changes nothing", async () => {
    const rows = await api.all(`/v1/re-rate?${PERIOD}`, 1);
    expect(rows.map(({ accountId }) => accountId)).toEqual(["acc-1", "acc-2"]);
    for (const row of rows) {
      shapes.reRateRowSchema.strict().parse(row);
      expect(row).toMatchObject({
        requests: USAGES.length,
        reRatedMicroKyat: charged({}),
        chargeMicroKyat: charged({}),
        differenceMicroKyat: "0",
        creditMicroKyat: "0",
        creditedMicroKyat: null,
      });
    }
  });

  it.each<[string, Partial<PinnedPricing>]>([
    ["price=gpt-4o@2", { ratesPicoUsdPerUnit: OTHER_RATES }],
    ["prices=current", { ratesPicoUsdPerUnit: OTHER_RATES }],
    ["price=gpt-4o@1", {}],
    ["markup=0", { markupPartsPerMillion: 0 }],
    ["markup=9999999", { markupPartsPerMillion: 9_999_999 }],
    ["markup_version=2", { markupPartsPerMillion: 1 }],
    ["kyat_per_usd=0.000001", { fxMicroKyat: 1n, fxNanoUsd: 1_000_000_000n }],
    // The first call costs 9.5 microkyat then.
    [
      "markup=0&kyat_per_usd=0.2",
      { markupPartsPerMillion: 0, fxMicroKyat: 200_000n, fxNanoUsd: 1_000_000_000n },
    ],
    ["fx_version=2", { fxMicroKyat: 2_100_123_456n, fxNanoUsd: 1_000_000_000n }],
    [
      "price=gpt-4o@2&markup_version=2&kyat_per_usd=3333.333333",
      {
        ratesPicoUsdPerUnit: OTHER_RATES,
        markupPartsPerMillion: 1,
        fxMicroKyat: 3_333_333_333n,
        fxNanoUsd: 1_000_000_000n,
      },
    ],
  ])("under %s is what the ledger would have charged", async (query, changed) => {
    const [row] = await api.all(`/v1/re-rate?${PERIOD}&account=acc-1&${query}`, 5);
    const [was, is] = [BigInt(charged({})), BigInt(charged(changed))];
    expect(row).toMatchObject({
      reRatedMicroKyat: is.toString(),
      differenceMicroKyat: (is - was).toString(),
      creditMicroKyat: (is < was ? was - is : 0n).toString(),
    });
  });

  it("has one id for one question, whichever account is asked for", async () => {
    const idOf = async (query: string) => (await api.all(`/v1/re-rate?${query}`, 1))[0].reRateId;
    const first = await idOf(`${PERIOD}&markup=0`);
    expect(await idOf(`${PERIOD}&markup=0&account=acc-2`)).toBe(first);
    expect(await idOf(`${PERIOD}&markup=1`)).not.toBe(first);
    expect(await idOf("from=2025-11-19&to=2025-11-20&markup=0")).not.toBe(first);
    expect(await idOf(`${PERIOD}&markup_version=2`)).toBe(await idOf(`${PERIOD}&markup=1`));
  });

  it("knows the credit notes that followed from it", async () => {
    const query = `${PERIOD}&account=acc-2&markup=0`;
    const [before] = await api.all(`/v1/re-rate?${query}`, 1);
    const note = {
      accountId: "acc-2",
      reference: before.reRateId,
      amountMicroKyat: before.creditMicroKyat,
      fromDay: "2025-11-20",
      toDay: "2025-11-20",
      reason: "no markup",
    };
    log.give("IssueCreditNote", note);
    const issued = log.events.at(-1) as DomainEvent;
    await api.append([issued], { recordedAtMs: START_MS + 1_000_000 });
    expect((await api.all(`/v1/re-rate?${query}`, 1))[0])
      .toEqual({
        ...before,
        creditMicroKyat: "0",
        creditedMicroKyat: before.creditMicroKyat,
        creditedInPeriodMicroKyat: before.creditMicroKyat,
      });
    for (const period of ["from=2025-11-19&to=2025-11-20", "from=2025-11-20&to=2025-11-21"]) {
      const [same] = await api.all(`/v1/re-rate?${period}&account=acc-2&markup=0`, 1);
      expect(same).toMatchObject({
        creditMicroKyat: "0",
        creditedMicroKyat: null,
        creditedInPeriodMicroKyat: before.creditMicroKyat,
      });
      const [cheaper] = await api.all(
        `/v1/re-rate?${period}&account=acc-2&markup=0&prices=current`,
        1,
      );
      const due = BigInt(cheaper.chargedMicroKyat) - BigInt(cheaper.reRatedMicroKyat);
      expect(due).toBeGreaterThan(BigInt(before.creditMicroKyat));
      expect(cheaper.creditMicroKyat).toBe((due - BigInt(before.creditMicroKyat)).toString());
    }
    const model = await api.all(`/v1/re-rate?${PERIOD}&account=acc-2&markup=0&model=gpt-4o`, 1);
    expect(model[0]).toMatchObject({ creditMicroKyat: "0", creditedMicroKyat: null });
    expect(() => log.give("IssueCreditNote", note)).toThrow("has had one for rerate-");
    const account = await api.json("/v1/accounts/acc-2");
    const balance = await api.json("/v1/accounts/acc-2/balance");
    expect(account.item.availableMicroKyat).toBe(balance.item.availableMicroKyat);
  });

  it("credits nothing of a period that is not over", async () => {
    const period = { from: "2025-11-20", to: "2025-11-20", model: null };
    const page = { accountId: "acc-1", after: null, limit: 1 };
    const free = {
      rates: {},
      tiers: {},
      markupPartsPerMillion: null,
      fx: { microKyat: "0", nanoUsd: "1" },
    };
    const on = async (today: string) =>
      (await reRate(api.log.db, { period, terms: free, page, today }))[0]!;
    const after = await on("2025-11-21");
    expect(after).toMatchObject({ isPeriodOpen: false, creditMicroKyat: after.chargedMicroKyat });
    expect(after.chargedMicroKyat).toBeGreaterThan(0n);
    for (const today of ["2025-11-20", "2025-11-19"]) {
      expect(await on(today)).toEqual({ ...after, isPeriodOpen: true, creditMicroKyat: 0n });
    }
  });

  it("takes the day from the clock", async () => {
    const other = new DecidedLog(Date.now());
    other.place(id(1));
    other.settle(id(1), { input: 7, output: 3 });
    const now = await openReadApi();
    try {
      await now.append(other.events, { recordedAtMs: other.nowMs });
      const today = yangonDay(other.nowMs);
      const query = `from=${today}&to=${dayPlus(today, 1)}&kyat_per_usd=1`;
      const [row] = await now.all(`/v1/re-rate?${query}`, 1);
      expect(row).toMatchObject({ isPeriodOpen: true, creditMicroKyat: "0", requests: 1 });
      expect(BigInt(row.differenceMicroKyat)).toBeLessThan(0n);
    } finally {
      await now.close();
    }
  });

  it.each([
    ["price=gpt-4o@9", "price"],
    ["price=gpt-4o", "price"],
    ["price=nothing@1", "price"],
    ["markup_version=9", "markup_version"],
    ["fx_version=9", "fx_version"],
    ["kyat_per_usd=0", "kyat_per_usd"],
    ["markup=1&markup_version=1", "markup"],
    ["from=2025-11-21", "from"],
  ])("with %s is refused", async (query, param) => {
    const params = new URLSearchParams(PERIOD);
    for (const [name, value] of new URLSearchParams(query)) params.set(name, value);
    expect(await api.json(`/v1/re-rate?${params}`)).toMatchObject({
      status: 400,
      error: { param },
    });
  });

  it("is for those who read the ledger", async () => {
    const developer = { role: "developer", accountId: "acc-1" } as const;
    expect((await api.get(`/v1/re-rate?${PERIOD}`, developer)).status).toBe(403);
    expect((await api.get(`/v1/re-rate?${PERIOD}`, { role: "auditor" })).status).toBe(200);
  });

  it("adds up to the charges of a random history", async () => {
    const other = await openReadApi();
    try {
      await other.append(historyOf(9, 400), { recordedAtMs: START_MS, stepMs: 60_000 });
      const rows = await other.all("/v1/re-rate?from=2025-11-01&to=2025-12-31", 2);
      const calls = await other.all("/v1/requests", 200);
      for (const row of rows) {
        const sum = calls.filter(({ accountId, chargeMicroKyat: charge }) =>
          accountId === row.accountId && charge !== null
        ).reduce((total, call) => total + BigInt(call.chargeMicroKyat), 0n);
        expect(row.chargeMicroKyat).toBe(sum.toString());
      }
      expect(rows.length).toBe(3);
    } finally {
      await other.close();
    }
  });

  it("covers every class of usage", () => {
    const used = new Set(USAGES.flatMap((usage) => Object.keys(usage)));
    expect([...used].sort()).toEqual([...USAGE_CLASSES].sort());
  });
});

describe("a re-rating of calls that left a choice", () => {
  const TIERS = [{ aboveInputTokens: 100, ratesPicoUsdPerUnit: { input: 3_000_001n, output: 7n } }];
  const LATER = [
    { aboveInputTokens: 50, ratesPicoUsdPerUnit: { output: 11_000_003n } },
    { aboveInputTokens: 60, ratesPicoUsdPerUnit: { input: 13_000_003n } },
  ];
  const RATES = { input: 1_000_001n, output: 5_000_001n };
  const text = (value: unknown) => JSON.parse(stringifyWithBigint(value));
  const USED = [
    { input: 90, cached_input: 11, output: 3 },
    { input: 100, output: 3 },
    { input: 55, output: 9 },
  ];
  let choices: TestReadApi;
  let long: PinnedPricing;
  let fee: { picoUsdPerRequest: bigint };

  beforeAll(async () => {
    const log = new DecidedLog(START_MS);
    const price = {
      model: "long",
      displayName: "Long",
      ownedBy: "maker",
      contextWindowTokens: 128_000,
      maxOutputTokens: 16_384,
      source: "test",
    };
    log.give("PublishPrice", text({ ...price, ratesPicoUsdPerUnit: RATES, tiers: TIERS }));
    log.give("SetOwnKeyFee", { picoUsdPerRequest: "55000001" });
    log.place(id(1), "acc-1", "k1", { model: "long" });
    log.settle(id(1), USED[0]!);
    log.place(id(2), "acc-1", "k1", { alternatives: ["long"] });
    log.settle(id(2), USED[1]!, "acc-1", { model: "long" });
    log.place(id(3), "acc-1", "k1", { model: "long", billing: "either" });
    log.settle(id(3), USED[2]!);
    log.place(id(4), "acc-1", "k1", { model: "long", billing: "own_key" });
    log.settle(id(4), { input: 900, output: 20 });
    log.place(id(5), "acc-1", "k1", { model: "long", billing: "free" });
    log.settle(id(5), { input: 900, requests: 1 });
    log.give("WithdrawPrice", { model: "long", reason: "retired" });
    log.give("PublishPrice", text({ ...price, ratesPicoUsdPerUnit: RATES, tiers: LATER }));
    log.give("SetFxRate", { kyatPerUsd: "2100.123456", source: "later" });
    const placed = log.events.filter(({ type }) => type === "HoldPlaced").map(({ payload }) =>
      payload as EventPayload<"HoldPlaced">
    );
    long = placed[0]!.pricing;
    fee = placed[3]!.ownKeyFee!;
    choices = await openReadApi();
    await choices.append(log.events, { recordedAtMs: START_MS, stepMs: 1 });
  });
  afterAll(() => choices.close());

  it.each<[string, Partial<PinnedPricing>]>([
    ["", {}],
    ["&price=long@1", {}],
    ["&price=long@2", { tiers: LATER }],
    ["&prices=current", { tiers: LATER }],
    ["&markup=0", { markupPartsPerMillion: 0 }],
    ["&fx_version=2", { fxMicroKyat: 2_100_123_456n, fxNanoUsd: 1_000_000_000n }],
  ])("with%s prices each as the model and key that served", async (query, changed) => {
    const pricing = { ...long, ...changed };
    const sum = USED.reduce((total, usage) => total + chargeMicroKyat(usage, pricing), 0n);
    const [row] = await choices.all(`/v1/re-rate?${PERIOD}&account=acc-1${query}`, 5);
    expect(row).toMatchObject({
      requests: 5,
      reRatedMicroKyat: (sum + ownKeyFeeMicroKyat(fee, pricing)).toString(),
    });
    if (Object.keys(changed).length === 0) expect(row.differenceMicroKyat).toBe("0");
  });

  it("has the fee for own keys in force beside the other rates", async () => {
    const { item } = await choices.json("/v1/rates");
    expect(item.ownKeyFee).toEqual({
      feeVersion: 1,
      picoUsdPerRequest: "55000001",
      setAtMs: expect.any(Number),
    });
    shapes.ratesRowSchema.strict().parse(item);
  });

  it("is of the model that served", async () => {
    const [row] = await choices.all(`/v1/re-rate?${PERIOD}&model=long`, 5);
    expect(row.requests).toBe(5);
    const requests = await choices.all("/v1/requests", 10);
    expect(requests.map((one) => [one.model, one.askedModel, one.ownKeyFeePicoUsd]).reverse())
      .toEqual([
        ["long", "long", null],
        ["long", "gpt-4o", null],
        ["long", "long", null],
        ["long", "long", "55000001"],
        ["long", "long", null],
      ]);
    for (const row of requests) shapes.requestRowSchema.strict().parse(row);
    expect(requests.map((one) => one.isFree)).toEqual([true, ...Array(4).fill(undefined)]);
    const days = await choices.all(
      "/v1/usage/daily?group_by=model&from=2025-11-20&to=2025-11-20",
      10,
    );
    expect(days).toMatchObject([{ model: "long", requests: 5 }]);
  });
});
