import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Command, CommandBody } from "../../shared/commands/mod.ts";
import { decodeEvent, type DomainEvent, requestIdOf } from "../../shared/events/mod.ts";
import { stringifyWithBigint } from "../../shared/json.ts";
import { EVIDENCE_GRADES } from "../../shared/usage/mod.ts";
import { ReferenceLedger } from "../account/reference_ledger.ts";
import { saleTerms } from "../pricing/mod.ts";
import { oracleCharge, oracleFee } from "../pricing/rational_oracle.ts";
import { ledgerDomain } from "./domain.ts";
import { changesAfter } from "./queries.ts";
import { command, requestId, Scenario, STORY_START_MS } from "./scenario.ts";
import type { ShardState } from "./state.ts";

/** A step of a story: time that passes, or a command. Few requests, so that they meet. */
type Step = number | Command;

const requests = fc.integer({ min: 1, max: 6 }).map(requestId);
const amounts = fc.bigInt(0n, 300_000n);
const usages = fc.record({
  input: fc.integer({ min: 0, max: 30 }),
  output: fc.integer({ min: 0, max: 40 }),
  cached_input: fc.integer({ min: 0, max: 10 }),
}, { requiredKeys: [] });
/** Who served, as reports and settlements say it. */
const served = fc.constantFrom<Partial<CommandBody<"SettleHold">>>(
  {},
  {},
  { model: "model-2" },
  { model: "model-2" },
  { ownKey: true },
  { ownKey: false },
  { model: "model-2", ownKey: true },
  { model: "model-3" },
);
/** What a hold covers besides its own model on our key. */
const covers = fc.constantFrom<Partial<CommandBody<"PlaceHold">>>(
  {},
  {},
  { alternatives: ["model-2"] },
  { alternatives: ["model-2", "model-1", "model-2"] },
  { billing: "own_key" },
  { billing: "either" },
  { billing: "either", alternatives: ["model-2"] },
  { billing: "free" },
  { billing: "free", alternatives: ["model-2"] },
);
const sequences = fc.integer({ min: 1, max: 5 });

const steps: fc.Arbitrary<Step> = fc.oneof(
  { arbitrary: fc.constantFrom(1, 999, 60_000, 3_600_000), weight: 3 },
  { arbitrary: fc.constantFrom(3_600_000, 7 * 86_400_000), weight: 1 },
  {
    arbitrary: amounts.map((amountMicroKyat) => command("GrantCredit", { amountMicroKyat })),
    weight: 3,
  },
  {
    arbitrary: fc.bigInt(-300_000n, 50_000n)
      .map((amountMicroKyat) => command("PostAdjustment", { amountMicroKyat })),
    weight: 1,
  },
  {
    arbitrary: fc.record({
      amountMicroKyat: fc.oneof(...[300n, 20_000n, 500_000n].map((most) => fc.bigInt(0n, most))),
      reference: fc.integer({ min: 1, max: 9 }).map((n) => `rerate-${n}`),
    }).map((body) => command("IssueCreditNote", body)),
    weight: 2,
  },
  {
    arbitrary: fc.record({
      requestId: requests,
      inputTokensBound: fc.integer({ min: 0, max: 40 }),
      outputTokensRequested: fc.option(fc.integer({ min: 1, max: 60 })),
      minimumOutputTokens: fc.integer({ min: 1, max: 20 }),
      holdTtlMs: fc.constantFrom(1_000, 60_000, 3_600_000),
      covers,
    }).map(({ covers, ...body }) => command("PlaceHold", { ...body, ...covers })),
    weight: 8,
  },
  {
    arbitrary: fc.record({ requestId: requests, sequence: sequences })
      .map((body) => command("ExtendHold", { ...body, holdTtlMs: 120_000 })),
    weight: 2,
  },
  {
    arbitrary: fc.record({ requestId: requests, sequence: sequences, usage: usages, served })
      .map(({ served, ...body }) => command("ReportUsage", { ...body, ...served })),
    weight: 4,
  },
  {
    arbitrary: fc.record({
      requestId: requests,
      usage: usages,
      evidence: fc.constantFrom(...EVIDENCE_GRADES),
      served,
    })
      .map(({ served, ...body }) => command("SettleHold", { ...body, ...served })),
    weight: 6,
  },
  { arbitrary: requests.map((id) => command("ReleaseHold", { requestId: id })), weight: 2 },
  { arbitrary: requests.map((id) => command("ExpireHold", { requestId: id })), weight: 4 },
);

const rates = fc.record({ input: fc.bigInt(0n, 9_000_000n), output: fc.bigInt(0n, 9_000_000n) });
const tiers = fc.tuple(
  fc.integer({ min: 1, max: 12 }),
  fc.integer({ min: 13, max: 25 }),
  rates,
  rates,
)
  .map(([first, second, ...[some, more]]) => [
    { aboveInputTokens: first, ratesPicoUsdPerUnit: { input: some.input } },
    { aboveInputTokens: second, ratesPicoUsdPerUnit: more },
  ]);
const prices = fc.record({ ratesPicoUsdPerUnit: rates, tiers }, {
  requiredKeys: ["ratesPicoUsdPerUnit"],
});

const setups = fc.record({
  priced: fc.boolean().map((yes) => yes || undefined),
  price: prices,
  other: fc.option(prices, { freq: 6 }),
  fee: fc.option(fc.bigInt(0n, 90_000_000n), { freq: 6 }),
  markupPartsPerMillion: fc.integer({ min: 0, max: 500_000 }),
  kyatPerUsd: fc.constantFrom("1000", "4500.25", "0.000001", "3"),
  totalBudget: fc.option(fc.bigInt(0n, 500_000n)),
  revoked: fc.integer({ min: 0, max: 9 }).map((n) => n === 0),
}, { requiredKeys: ["price", "other", "fee", "markupPartsPerMillion", "kyatPerUsd"] });
type Setup = typeof setups extends fc.Arbitrary<infer T> ? T : never;

function begin(setup: Setup): { scenario: Scenario; reference: ReferenceLedger } {
  const scenario = new Scenario();
  const oracle = { charge: oracleCharge, fee: oracleFee };
  const reference = new ReferenceLedger({ contextWindow: 20, maxOutput: 50 }, oracle);
  scenario.given(command("OpenAccount"), command("IssueKey"));
  const { markupPartsPerMillion, kyatPerUsd, fee } = setup;
  scenario.given(command("SetMarkup", { markupPartsPerMillion }));
  scenario.given(command("SetFxRate", { kyatPerUsd }));
  if (fee !== null) scenario.given(command("SetOwnKeyFee", { picoUsdPerRequest: fee }));
  reference.feePicoUsd = fee;
  for (const [model, price] of [["model-1", setup.price], ["model-2", setup.other]] as const) {
    if (!setup.priced || price === null) continue;
    scenario.given(command("PublishPrice", {
      model,
      ...price,
      contextWindowTokens: reference.model.contextWindow,
      maxOutputTokens: reference.model.maxOutput,
    }));
    const terms = saleTerms(scenario.state.prices, model);
    if (typeof terms !== "string") reference.terms.set(model, terms.pricing);
  }
  const limitMicroKyat = setup.totalBudget ?? null;
  scenario.given(command("SetBudget", { period: "total", limitMicroKyat }));
  reference.totalBudget = limitMicroKyat;
  if (setup.revoked) scenario.given(command("RevokeKey"));
  reference.revoked = setup.revoked ?? false;
  return { scenario, reference };
}

/** The reference forgets nothing, the ledger forgets lapsed holds after eight days. */
function waitWithinMemory(scenario: Scenario, ms: number): void {
  if (scenario.nowMs + ms < STORY_START_MS + 8 * 86_400_000) scenario.wait(ms);
}

/** Everything that decisions and queries can see of a state, as plain data. */
function visible(state: ShardState) {
  return {
    position: state.position,
    prices: state.prices,
    accounts: state.book.accounts,
    keyHashes: state.book.keyHashes,
    requests: state.book.requests.byId,
    due: ledgerDomain.due(state, Infinity, 1_000),
    changes: changesAfter(state, 0n, 1_000),
  };
}

/** Plays a story, most often one in which something can be sold; `after` sees every step. */
function play(
  after: (scenario: Scenario, reference: ReferenceLedger, step: Step) => void,
  runs = 300,
) {
  const sellable = setups.map((setup) => ({ ...setup, priced: true as const }));
  const story = fc.tuple(
    fc.oneof({ arbitrary: sellable, weight: 9 }, { arbitrary: setups, weight: 1 }),
    fc.array(steps, { minLength: 5, maxLength: 60, size: "max" }),
  );
  fc.assert(
    fc.property(story, ([setup, steps]) => {
      const { scenario, reference } = begin(setup);
      for (const step of [command("GrantCredit"), ...steps]) {
        if (typeof step === "number") waitWithinMemory(scenario, step);
        after(scenario, reference, step);
      }
    }),
    { numRuns: runs },
  );
}

/** Who the events say served a call, where it is not whom its hold names. */
function servedOf(command: string, events: readonly DomainEvent[]): string {
  const by = events.map(({ payload }) => {
    if ("ownKey" in payload && payload.ownKey) return "an own key";
    return "model" in payload ? payload.model : "the hold's own";
  });
  return `${command} by ${by.join()}`;
}

describe("the ledger", () => {
  it("does what the reference ledger does, step by step", () => {
    const seen = new Set<string>();
    play((scenario, reference, step) => {
      if (typeof step === "number") return;
      const decision = scenario.attempt(step);
      const code = decision.status === "rejected" ? decision.rejection.code : null;
      seen.add(`${step.type} ${code ?? "accepted"}`);
      if (decision.status === "accepted") seen.add(servedOf(step.type, decision.events));
      expect([step.type, code]).toEqual([step.type, reference.carryOut(step, scenario.nowMs)]);
      expect(scenario.balance()).toEqual({
        available: reference.available,
        held: reference.held,
        settled: reference.settled,
      });
    }, 1_000);
    // A property that never meets the interesting cases proves nothing.
    expect([...seen]).toEqual(expect.arrayContaining([
      "PlaceHold accepted",
      "PlaceHold insufficient_credit",
      "PlaceHold budget_exceeded",
      "PlaceHold request_exists",
      "PlaceHold model_not_priced",
      "PlaceHold own_key_fee_not_set",
      "ReportUsage usage_decreased",
      "ReportUsage model_not_held",
      "SettleHold accepted",
      "SettleHold hold_settled",
      "SettleHold by model-2",
      "SettleHold by an own key",
      "ExpireHold by model-2",
      "ExpireHold by an own key",
      "SettleHold model_not_held",
      "SettleHold billing_not_held",
      "ExpireHold accepted",
      "IssueCreditNote accepted",
      "IssueCreditNote credit_note_too_high",
    ]));
  });

  it("credit notes never give back more than was charged, in any order of events", () => {
    let most = 0;
    play((scenario, _, step) => {
      if (typeof step !== "number") scenario.attempt(step);
      let [charged, given, notes] = [0n, 0n, 0];
      for (const { event: { type, payload } } of scenario.log) {
        if (type === "HoldSettled" || type === "LateUsageSettled") {
          charged += payload.chargedMicroKyat;
        } else if (type === "CreditNoteIssued") {
          given += payload.amountMicroKyat;
          notes++;
        }
        expect(given <= charged).toBe(true);
      }
      most = Math.max(most, notes);
    });
    expect(most).toBeGreaterThan(1);
  });

  it("law 3: never lets a wallet fall below zero", () => {
    play((scenario, _, step) => {
      if (typeof step !== "number") scenario.attempt(step);
      expect(scenario.balance().available >= 0n).toBe(true);
      expect(scenario.balance().held >= 0n).toBe(true);
    });
  });

  it("law 4: ends a hold exactly once, and settles late at most once, after its time", () => {
    let late = 0;
    play((scenario, _, step) => {
      if (typeof step !== "number") scenario.attempt(step);
      const lives = new Map<string, string[]>();
      for (const { event } of scenario.log) {
        const id = requestIdOf(event);
        if (id !== null) lives.set(id, [...lives.get(id) ?? [], event.type]);
      }
      for (const life of lives.values()) {
        expect(life.join(" ")).toMatch(
          /^HoldPlaced( HoldExtended| UsageReported)*( HoldSettled| HoldReleased| HoldExpired)?( LateUsageSettled)?$/,
        );
        if (life.includes("LateUsageSettled")) {
          late++;
          expect(life.at(-2)).toMatch(/^(HoldExpired|HoldSettled)$/);
        }
      }
    }, 400);
    expect(late).toBeGreaterThan(0);
  });

  it("law 5: keeps in a settlement what an auditor needs: settled + released = held", () => {
    play((scenario, _, step) => {
      const decision = typeof step === "number" ? null : scenario.attempt(step);
      if (decision?.status !== "accepted") return;
      for (const { type, payload } of decision.events) {
        if (type !== "HoldSettled") continue;
        const fromHold = payload.chargedMicroKyat - payload.overageMicroKyat;
        expect(fromHold + payload.releasedMicroKyat).toBe(payload.holdMicroKyat);
        expect(payload.chargedMicroKyat + payload.unbilledMicroKyat).toBe(payload.chargeMicroKyat);
        if (payload.overageMicroKyat > 0n) expect(payload.releasedMicroKyat).toBe(0n);
      }
    });
  });

  it("law 6: gives the same state when its log is read again, and refuses a gap in it", () => {
    const story = fc.tuple(setups, fc.array(steps, { minLength: 5, maxLength: 60, size: "max" }));
    fc.assert(fc.property(story, ([setup, steps]) => {
      const { scenario } = begin({ ...setup, priced: true });
      for (const step of [command("GrantCredit"), ...steps]) {
        if (typeof step === "number") waitWithinMemory(scenario, step);
        else scenario.attempt(step);
      }
      let replayed = ledgerDomain.initial();
      for (const placed of scenario.log) {
        const payload = JSON.parse(stringifyWithBigint(placed.event.payload));
        const event = decodeEvent({ type: placed.event.type, schemaVersion: 1, payload });
        expect(event).toEqual(placed.event);
        replayed = ledgerDomain.evolve(replayed, { ...placed, event });
      }
      expect(visible(replayed)).toEqual(visible(scenario.state));
      const last = scenario.log.at(-1)!;
      expect(() => ledgerDomain.evolve(replayed, last)).toThrow(RangeError);
      expect(() => ledgerDomain.evolve(replayed, { ...last, position: last.position + 2n }))
        .toThrow(RangeError);
    }));
  });

  it("law 8: posts legs that sum to zero, and whose balances are those of the wallets", () => {
    play((scenario, _, step) => {
      if (typeof step !== "number") scenario.attempt(step);
      const books = new Map<string, bigint>();
      for (const { event } of scenario.log) {
        const sums = { MMK: 0n, USD: 0n };
        for (const { account, currency, amount } of ledgerDomain.postings(event)) {
          expect(amount).not.toBe(0n);
          sums[currency] += amount;
          const name = `${account}|${currency}`;
          books.set(name, (books.get(name) ?? 0n) + amount);
        }
        expect(sums).toEqual({ MMK: 0n, USD: 0n });
      }
      ledgerDomain.checkBalances(
        scenario.state,
        (account, currency) => books.get(`${account}|${currency}`) ?? 0n,
      );
    }, 60);
  });

  it("changes nothing by deciding", () => {
    play((scenario, _, step) => {
      if (typeof step === "number") return;
      const before = structuredClone(visible(scenario.state));
      const time = { nowMs: scenario.nowMs };
      const first = ledgerDomain.decide(scenario.state, step, time);
      expect(ledgerDomain.decide(scenario.state, step, time)).toEqual(first);
      expect(visible(scenario.state)).toEqual(before);
      scenario.attempt(step);
    }, 60);
  });
});
