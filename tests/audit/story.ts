/** A story with every kind of event that moves money, told to a real ledger. @module */
import type { CommandBody } from "../../shared/commands/mod.ts";
import { UNKNOWN_CALL } from "../../shared/events/mod.ts";
import { NO_LIMITS } from "../../shared/limits/mod.ts";
import type { Usage } from "../../shared/usage/mod.ts";
import { type RealLedger, SECOND_KEY } from "./real_ledger.ts";

/** The n-th request id. */
export function requestId(n: number): string {
  return `01999999-0000-7000-8000-${n.toString(16).padStart(12, "0")}`;
}

const PRICE = {
  model: "model-1",
  displayName: "မော်ဒယ် ၁",
  ownedBy: "maker",
  ratesPicoUsdPerUnit: { input: 150_000n, cached_input: 75_001n, output: 600_000n, requests: 7n },
  contextWindowTokens: 100_000,
  maxOutputTokens: 4_000,
  source: "test",
};

/** Tells the story; the log has about 60 events and several checkpoints then. */
export async function tellStory(ledger: RealLedger): Promise<void> {
  await prepare(ledger);
  await ledger.cover();
  await callsThatEnd(ledger);
  await ledger.cover();
  await callsThatLapse(ledger);
  await giveBack(ledger, "rerate-1");
  await giveBack(ledger, "rerate-2");
  await ledger.rotate(SECOND_KEY);
  await ledger.give("PublishPrice", {
    ...PRICE,
    ratesPicoUsdPerUnit: { input: 200_000n, output: 900_000n },
  });
  await ledger.until("SigningKeySet", 2);
  await ledger.cover();
  await ledger.give("SetMarkup", { markupPartsPerMillion: 80_000 });
  await ledger.give("SetFxRate", { kyatPerUsd: "4512.5", source: "test" });
  await hold(ledger, 20);
  await settle(ledger, 20, { input: 900, output: 321 });
  await callsOfManyModels(ledger);
  await ledger.give("RevokeKey", { accountId: "acc-1", keyId: "key-1", reason: "rotated" });
  await configure(ledger);
  await hold(ledger, 21, { accountId: "acc-2", keyId: "key-2" });
  await ledger.cover();
}

async function prepare(ledger: RealLedger): Promise<void> {
  await ledger.give("PublishPrice", PRICE);
  await ledger.give("SetMarkup", { markupPartsPerMillion: 50_000 });
  await ledger.give("SetFxRate", { kyatPerUsd: "4500.25", source: "test" });
  for (const n of [1, 2, 3]) {
    const accountId = `acc-${n}`;
    await ledger.give("OpenAccount", { accountId, name: `အကောင့် ${n}` });
    await ledger.give("IssueKey", {
      accountId,
      keyId: `key-${n}`,
      keyHash: `${n}`.repeat(64),
      prefix: "sk-sgl-abcd",
      label: 'A key with "quotes" and \\ in its name',
      expiresAtMs: null,
    });
  }
  await grant(ledger, "acc-1", 900_000_000_000n, "manual_payment");
  await grant(ledger, "acc-2", 500_000_000_000n, "promotion");
  // Enough for a hold, and not for much more than it.
  await grant(ledger, "acc-3", 9_100_000n, "promotion");
  await ledger.give("PostAdjustment", {
    accountId: "acc-1",
    amountMicroKyat: -1_000_000n,
    reason: "ပြင်ဆင်ချက်",
  });
  await ledger.give("PostAdjustment", { accountId: "acc-2", amountMicroKyat: 77n, reason: "fix" });
  await ledger.give("SetBudget", {
    accountId: "acc-1",
    keyId: null,
    period: "day",
    limitMicroKyat: 800_000_000_000n,
  });
}

/** A plan for the second account, and new settings for its key. */
async function configure(ledger: RealLedger): Promise<void> {
  const ofKey = { accountId: "acc-2", keyId: "key-2" };
  await ledger.give("PublishPlan", {
    planId: "startup",
    name: "Startup",
    family: "api",
    monthlyPriceNanoUsd: 29_000_000_000n,
    limits: { ...NO_LIMITS, requestsPerMinute: 60, tokensPerMonth: 1_000_000 },
  });
  await ledger.give("AssignPlan", { accountId: "acc-2", keyId: null, planId: "startup" });
  await ledger.give("ConfigureKey", {
    ...ofKey,
    label: "သော့",
    expiresAtMs: null,
    allowedModels: ["model-1"],
    ipRanges: ["192.0.2.0/24"],
    routerId: null,
    tags: [],
  });
}

async function giveBack(ledger: RealLedger, reference: string): Promise<void> {
  await ledger.give("IssueCreditNote", {
    accountId: "acc-1",
    reference,
    amountMicroKyat: 123_456n,
    fromDay: null,
    toDay: null,
    reason: "the price was too high",
  });
}

/** A plain call, one of several in one frame, one beyond its hold, one that nobody can pay. */
async function callsThatEnd(ledger: RealLedger): Promise<void> {
  await hold(ledger, 1);
  await settle(ledger, 1, { input: 800, cached_input: 150, output: 50, reasoning: 31 });
  await Promise.all([2, 3, 4, 5].map((n) => hold(ledger, n)));
  await Promise.all([
    settle(ledger, 2, { input: 1_000, output: 99 }),
    settle(ledger, 3, { input: 50_000, output: 9_000 }),
    ledger.give("ReleaseHold", {
      accountId: "acc-1",
      requestId: requestId(4),
      reason: "upstream_failed",
      call: UNKNOWN_CALL,
    }),
    ledger.give("ExtendHold", {
      accountId: "acc-1",
      requestId: requestId(5),
      sequence: 1,
      holdTtlMs: 3_600_000,
    }),
  ]);
  await report(ledger, 5, 1, { input: 10 });
  await report(ledger, 5, 2, { input: 10, output: 40 });
  await settle(ledger, 5, { input: 10, output: 2 }, { evidence: "observed" });
  await hold(ledger, 6, { accountId: "acc-3", keyId: "key-3" });
  await settle(ledger, 6, { input: 900_000, output: 10_000 }, { accountId: "acc-3" });
}

/** A hold that expires, one that expires with usage, and late usage of both. */
async function callsThatLapse(ledger: RealLedger): Promise<void> {
  for (const n of [10, 11, 12]) await hold(ledger, n, { holdTtlMs: 1_000 });
  await report(ledger, 11, 1, { input: 100, output: 10 });
  await report(ledger, 12, 1, { input: 100, output: 1 });
  ledger.wait(1_500);
  await ledger.until("HoldExpired", 1);
  await ledger.until("HoldSettled", 7);
  await settle(ledger, 10, { input: 500, output: 20 });
  await settle(ledger, 11, { input: 400, output: 200 });
}

/** A long call at a tier, one that another model served, some on an own key; a model goes. */
async function callsOfManyModels(ledger: RealLedger): Promise<void> {
  await ledger.give("PublishPrice", {
    ...PRICE,
    model: "model-2",
    kind: "chat",
    ratesPicoUsdPerUnit: { input: 300_000n, output: 700_000n, searches: 10_000_000n },
    tiers: [
      { aboveInputTokens: 500, ratesPicoUsdPerUnit: { input: 600_000n, output: 900_000n } },
      { aboveInputTokens: 5_000, ratesPicoUsdPerUnit: { input: 800_000n } },
    ],
  });
  await ledger.give("PublishPrice", { ...PRICE, model: "model-3" });
  await ledger.give("SetOwnKeyFee", { picoUsdPerRequest: 55_000_001n });
  await ledger.give("SetOwnKeyFee", { picoUsdPerRequest: 66_000_001n });
  await hold(ledger, 30, { model: "model-2", unitsBound: { searches: 3 }, askedModel: "auto" });
  await settle(ledger, 30, { input: 501, output: 20, searches: 2 });
  await hold(ledger, 31, { alternatives: ["model-2", "model-3"], classes: ["input", "output"] });
  await settle(ledger, 31, { input: 400, output: 20 }, { model: "model-2" });
  await hold(ledger, 32, { billing: "own_key", model: "model-3" });
  await settle(ledger, 32, { input: 400, output: 20 });
  await hold(ledger, 33, { billing: "either", alternatives: ["model-2"], holdTtlMs: 1_000 });
  await report(ledger, 33, 1, { input: 100 }, { model: "model-2", ownKey: true });
  await hold(ledger, 34, { billing: "free" });
  await settle(ledger, 34, { input: 400, requests: 1 });
  await ledger.give("WithdrawPrice", { model: "model-3", reason: "its maker retired it" });
  ledger.wait(1_500);
  await ledger.until("HoldSettled", 13);
  await settle(ledger, 33, { input: 600, output: 30 }, { model: "model-2" });
}

async function grant(
  ledger: RealLedger,
  accountId: string,
  amountMicroKyat: bigint,
  source: "manual_payment" | "promotion",
): Promise<void> {
  await ledger.give("GrantCredit", { accountId, amountMicroKyat, source, reference: "ငွေ 1" });
}

async function hold(
  ledger: RealLedger,
  n: number,
  more: Partial<CommandBody<"PlaceHold">> = {},
): Promise<void> {
  await ledger.give("PlaceHold", {
    accountId: "acc-1",
    requestId: requestId(n),
    keyId: "key-1",
    edgeId: "edge-1",
    model: "model-1",
    endpoint: "chat.completions",
    inputTokensBound: 1_000,
    outputTokensRequested: 500,
    minimumOutputTokens: 1,
    holdTtlMs: 600_000,
    ...more,
  });
}

async function settle(
  ledger: RealLedger,
  n: number,
  usage: Usage,
  more: Partial<CommandBody<"SettleHold">> = {},
): Promise<void> {
  const call = { ...UNKNOWN_CALL, outcome: "completed", totalMs: 412, simulated: true };
  await ledger.give("SettleHold", {
    accountId: "acc-1",
    requestId: requestId(n),
    usage,
    evidence: "reported",
    call,
    ...more,
  });
}

async function report(
  ledger: RealLedger,
  n: number,
  sequence: number,
  usage: Usage,
  served: Pick<CommandBody<"ReportUsage">, "model" | "ownKey"> = {},
) {
  await ledger.give("ReportUsage", {
    accountId: "acc-1",
    requestId: requestId(n),
    sequence,
    usage,
    evidence: "observed",
    ...served,
  });
}
