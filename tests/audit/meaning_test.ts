/**
 * Logs that were rewritten by somebody who has the signing key: every hash and signature fits, and
 * only what the events mean gives them away. @module
 */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { CheckId } from "../../shared/verifier/mod.ts";
import type { ForgedEvent, Forgery } from "./forge.ts";
import { requestId } from "./story.ts";
import { exportStory, PERFECT, verdictsOn } from "./verdict.ts";

const pristine = await Deno.makeTempDir({ prefix: "sargalay-audit-" });
const { verdict } = verdictsOn(pristine);

beforeAll(() => exportStory(pristine));
afterAll(() => Deno.remove(pristine, { recursive: true }));

/** Moves an amount between the two ends of a posting pair, and mends all balances. */
function shift(event: ForgedEvent, by: bigint, ...legs: readonly [number, number]): void {
  const [up, down] = legs.map((leg) => event.postings[leg]!) as [
    ForgedEvent["postings"][0],
    ForgedEvent["postings"][0],
  ];
  up.amount = `${BigInt(up.amount) + by}`;
  down.amount = `${BigInt(down.amount) - by}`;
}

function add(payload: Record<string, string>, member: string, by: bigint): void {
  payload[member] = `${BigInt(payload[member]!) + by}`;
}

const held = (forgery: Forgery, n: number) => ofRequest(forgery, "HoldPlaced", n);
const settled = (forgery: Forgery, n: number) => ofRequest(forgery, "HoldSettled", n);

function ofRequest(forgery: Forgery, type: string, n: number): ForgedEvent {
  return forgery.events.find((event) =>
    event.type === type && event.payload.requestId === requestId(n)
  )!;
}

type Row = readonly [
  name: string,
  failed: readonly CheckId[],
  tamper: (forgery: Forgery) => void,
];

const rows: readonly Row[] = [
  ["an unbalanced posting", ["balance", "closing", "postings"], (forgery) => {
    forgery.event("CreditGranted").postings[0]!.amount = "1";
  }],
  ["a posting to another customer", ["postings"], (forgery) => {
    forgery.event("CreditGranted", 2).postings[1]!.account = "2000:acc-1";
  }],
  ["postings of another amount than the payload's", ["postings"], (forgery) => {
    shift(forgery.event("CreditGranted"), 1n, 0, 1);
  }],
  ["credit that is larger in payload and postings", ["running"], (forgery) => {
    // Nothing in the log says how much was really paid: only the balances after it do.
    const event = forgery.event("CreditGranted");
    add(event.payload, "amountMicroKyat", 1n);
    shift(event, 1n, 0, 1);
  }],
  ["a charge off by one microkyat", ["charge"], (forgery) => {
    const event = forgery.event("HoldSettled");
    add(event.payload, "chargeMicroKyat", 1n);
    add(event.payload, "chargedMicroKyat", 1n);
    add(event.payload, "releasedMicroKyat", -1n);
    const revenue = event.postings.findIndex(({ account }) => account === "4000");
    const wallet = event.postings.findIndex(({ account }) => account === "2000:acc-1");
    shift(event, 1n, wallet, revenue);
  }],
  ["an upstream cost off by one nanodollar", ["charge"], (forgery) => {
    const event = forgery.event("HoldSettled");
    add(event.payload, "costNanoUsd", 1n);
    shift(event, 1n, 3, 4);
  }],
  ["a late charge off by one", ["charge", "split"], (forgery) => {
    const event = forgery.event("LateUsageSettled");
    add(event.payload, "chargeMicroKyat", 1n);
  }],
  ["usage that was never reported", ["charge"], (forgery) => {
    forgery.event("HoldSettled").payload.usage.output += 1;
  }],
  ["a charge that the wallet could have carried, written off", ["split"], (forgery) => {
    const event = forgery.event("HoldSettled");
    add(event.payload, "chargedMicroKyat", -5n);
    add(event.payload, "releasedMicroKyat", 5n);
    add(event.payload, "unbilledMicroKyat", 5n);
    const wallet = event.postings.findIndex(({ account }) => account === "2000:acc-1");
    event.postings.splice(wallet + 1, 0, {
      account: "5010",
      amount: "5",
      balanceAfter: "0",
      currency: "MMK",
    });
    event.postings[wallet]!.amount = `${BigInt(event.postings[wallet]!.amount) - 5n}`;
  }],
  ["a release of less than was held", ["split", "wallet"], (forgery) => {
    const event = forgery.event("HoldReleased");
    add(event.payload, "amountMicroKyat", -1n);
    shift(event, -1n, 0, 1);
  }],
  ["a hold that does not cover its bounds", ["hold", "split", "wallet"], (forgery) => {
    const event = forgery.event("HoldPlaced");
    add(event.payload, "amountMicroKyat", -1n);
    shift(event, -1n, 0, 1);
  }],
  ["a second settlement of a request", ["request", "wallet"], (forgery) => {
    const [first, second] = [forgery.event("HoldSettled", 1), forgery.event("HoldSettled", 2)];
    second.payload.requestId = second.requestId = first.requestId;
  }],
  ["a request that is held twice", ["request"], (forgery) => {
    const [first, second] = [forgery.event("HoldPlaced", 2), forgery.event("HoldPlaced", 3)];
    second.payload.requestId = second.requestId = first.requestId;
  }],
  ["a settlement of another account's request", ["request", "streams"], (forgery) => {
    const event = forgery.event("HoldSettled");
    event.payload.accountId = "acc-2";
  }],
  ["a credit note that is given twice", ["request"], (forgery) => {
    forgery.event("CreditNoteIssued", 2).payload.reference = "rerate-1";
  }],
  ["credit notes beyond what was charged", ["request"], (forgery) => {
    const event = forgery.event("CreditNoteIssued", 2);
    add(event.payload, "amountMicroKyat", 10n ** 11n);
    shift(event, 10n ** 11n, 0, 1);
  }],
  ["a credit note of another amount than its postings'", ["postings"], (forgery) => {
    add(forgery.event("CreditNoteIssued").payload, "amountMicroKyat", 1n);
  }],
  ["an expiry before its time", ["expiry"], (forgery) => {
    forgery.event("HoldPlaced", 7).payload.expiresAtMs += 900_000;
    forgery.event("HoldPlaced", 8).payload.expiresAtMs += 900_000;
    forgery.event("HoldPlaced", 9).payload.expiresAtMs += 900_000;
  }],
  ["an extension that ends before", ["expiry"], (forgery) => {
    forgery.event("HoldExtended").payload.expiresAtMs = 1;
  }],
  ["a charge at expiry for what was not reported", ["charge"], (forgery) => {
    const event = forgery.events.find(({ payload }) => payload.basis === "expiry")!;
    const report = forgery.events.find(({ type, payload }) =>
      type === "UsageReported" && payload.requestId === event.payload.requestId
    )!;
    report.payload.usage.output += 1;
  }],
  ["a wallet that falls below zero", ["wallet"], (forgery) => {
    const event = forgery.event("AdjustmentPosted");
    event.payload.amountMicroKyat = "-950000000000";
    event.postings[0]!.amount = "-950000000000";
    event.postings[1]!.amount = "950000000000";
  }],
  ["a price that was not in force", ["terms"], (forgery) => {
    forgery.event("HoldPlaced").payload.pricing.priceVersion = 2;
  }],
  ["rates that are not those of the price", ["terms", "charge", "hold"], (forgery) => {
    forgery.event("HoldPlaced").payload.pricing.ratesPicoUsdPerUnit.input = "1";
  }],
  ["a markup that was not in force", ["terms"], (forgery) => {
    forgery.event("HoldPlaced").payload.pricing.markupPartsPerMillion = 60_000;
  }],
  ["an exchange rate that was not in force", ["terms"], (forgery) => {
    forgery.event("HoldPlaced").payload.pricing.fxMicroKyat = "4600250000";
  }],
  ["a price version that was left out", ["terms"], (forgery) => {
    forgery.event("PricePublished", 2).payload.priceVersion = 3;
  }],
  ["a tier that the price has and the hold does not", ["terms", "hold"], (forgery) => {
    held(forgery, 30).payload.pricing.tiers.pop();
    held(forgery, 30).payload.pricing.tiers[0].ratesPicoUsdPerUnit.input = "1";
  }],
  ["a tier of other rates in an alternative", ["terms"], (forgery) => {
    held(forgery, 31).payload.alternatives[0].pricing.tiers[0].ratesPicoUsdPerUnit.output = "1";
  }],
  ["a long call charged at the base rates", ["charge"], (forgery) => {
    settled(forgery, 30).payload.usage.input = 500;
  }],
  ["an alternative that was not in force", ["terms"], (forgery) => {
    held(forgery, 31).payload.alternatives[1].pricing.priceVersion = 2;
  }],
  ["a hold that does not cover its dearest alternative", ["hold"], (forgery) => {
    held(forgery, 31).payload.alternatives.shift();
  }],
  ["a hold that names a class less than it was made for", ["hold"], (forgery) => {
    held(forgery, 31).payload.classes = ["output"];
  }],
  ["a hold over more searches than it covers", ["hold"], (forgery) => {
    held(forgery, 30).payload.unitsBound.searches += 1;
  }],
  ["a model that served and was not held", ["terms"], (forgery) => {
    settled(forgery, 31).payload.model = "model-9";
  }],
  ["a charge at the price of a model that did not serve", ["charge"], (forgery) => {
    delete settled(forgery, 31).payload.model;
  }],
  ["an own key that nothing was held for", ["terms"], (forgery) => {
    settled(forgery, 30).payload.ownKey = true;
  }],
  ["our key on a hold for an own one", ["terms"], (forgery) => {
    delete settled(forgery, 32).payload.ownKey;
  }],
  ["a fee that was not in force", ["terms"], (forgery) => {
    held(forgery, 32).payload.ownKeyFee.feeVersion = 1;
  }],
  ["a fee of another amount", ["terms", "hold", "charge"], (forgery) => {
    held(forgery, 32).payload.ownKeyFee.picoUsdPerRequest = "99000001";
  }],
  ["a hold for an own key without a fee", ["terms"], (forgery) => {
    delete held(forgery, 32).payload.ownKeyFee;
  }],
  ["a charge for a call that no provider bills", ["charge"], (forgery) => {
    settled(forgery, 34).payload.chargeMicroKyat = "1";
  }],
  ["a call that is called free, and was held at a price", ["hold", "charge"], (forgery) => {
    held(forgery, 30).payload.billing = "free";
  }],
  ["a call held for nothing, as if it were to be billed", ["hold", "charge"], (forgery) => {
    delete held(forgery, 34).payload.billing;
  }],
  ["an own key that pays for a free call", ["terms"], (forgery) => {
    settled(forgery, 34).payload.ownKey = true;
  }],
  ["a fee for a free call", ["terms"], (forgery) => {
    held(forgery, 34).payload.ownKeyFee = held(forgery, 32).payload.ownKeyFee;
  }],
  ["a fee version that was left out", ["terms"], (forgery) => {
    forgery.event("OwnKeyFeeSet", 2).payload.feeVersion = 3;
  }],
  ["an expiry charged to another than was reported last", ["charge"], (forgery) => {
    delete settled(forgery, 33).payload.model;
  }],
  ["a hold for a model that was withdrawn", ["terms"], (forgery) => {
    const { payload } = forgery.event("PriceWithdrawn");
    payload.model = "model-1";
    payload.priceVersion = 2;
  }],
  ["a withdrawal of a price that was not in force", ["terms"], (forgery) => {
    forgery.event("PriceWithdrawn").payload.priceVersion = 2;
  }],
  ["a revoked key in use", ["access"], (forgery) => {
    const last = forgery.events.findLast(({ type }) => type === "HoldPlaced")!;
    const revoked = forgery.event("KeyRevoked");
    last.payload.keyId = "key-2";
    revoked.payload.accountId = "acc-2";
    revoked.payload.keyId = "key-2";
  }],
  ["a key that was never issued", ["access"], (forgery) => {
    forgery.event("HoldPlaced").payload.keyId = "key-9";
  }],
  ["a key that had ended", ["access"], (forgery) => {
    forgery.event("KeyIssued").payload.expiresAtMs = 1;
  }],
  ["a key that had ended by its settings", ["access"], (forgery) => {
    forgery.event("KeyConfigured").payload.expiresAtMs = 1;
  }],
  ["settings of a key that were left out", ["access"], (forgery) => {
    forgery.event("KeyConfigured").payload.settingsVersion = 2;
  }],
  ["a plan whose limits are not what was published", ["terms"], (forgery) => {
    forgery.event("PlanAssigned").payload.limits.requestsPerMinute = 61;
  }],
  ["a plan of a version that was not in force", ["terms"], (forgery) => {
    forgery.event("PlanAssigned").payload.planVersion = 2;
  }],
  ["limits without a plan", ["terms"], (forgery) => {
    Object.assign(forgery.event("PlanAssigned").payload, { planId: null, planVersion: null });
  }],
  ["a plan that was left out", ["terms"], (forgery) => {
    forgery.event("PlanPublished").payload.planVersion = 2;
  }],
  ["a plan that is in the stream of another", ["streams"], (forgery) => {
    forgery.event("PlanPublished").payload.planId = "growth";
  }],
  ["an account that was never opened", ["access"], (forgery) => {
    forgery.event("AccountOpened").payload.accountId = "acc-9";
  }],
  ["an amount that is no amount", ["payload"], (forgery) => {
    forgery.event("CreditGranted").payload.amountMicroKyat = "1e3";
  }],
  ["an event of an unknown type that moves money", ["payload"], (forgery) => {
    forgery.event("CreditGranted").type = "BonusGranted";
  }],
  ["an event of a version that nobody knows", ["payload"], (forgery) => {
    forgery.event("CreditGranted").schemaVersion = 9;
  }],
];

describe("a log rewritten with the true signing key", () => {
  it.each(rows)("%s", async (name, failed, tamper) => {
    const { failed: found, first, report } = await verdict(PERFECT, (forgery) => {
      tamper(forgery);
      if (!name.startsWith("credit that")) forgery.rebalance();
    });
    for (const check of failed) expect(found).toContain(check);
    // None of the checks of hashes and signatures helps here.
    const hashes = ["files", "canonical", "leaf", "root", "chain", "tree", "signature", "manifest"];
    expect(found.filter((check) => hashes.includes(check))).toEqual([]);
    expect(report.ok).toBe(false);
    expect(first!.position).not.toBeNull();
  });
});
