import { describe, expect, it } from "vitest";
import type { Command } from "../../shared/commands/mod.ts";
import { command, READY_TO_CALL, requestId, Scenario } from "../shard/scenario.ts";
import { accountPostings } from "./postings.ts";
import type { AccountEvent } from "./evolve.ts";

/** The legs of the last of these commands, in words; a number lets time pass. */
function posted(...steps: readonly (Command | number)[]): string[] {
  const scenario = new Scenario();
  scenario.given(...READY_TO_CALL);
  for (const step of steps) {
    if (typeof step === "number") scenario.wait(step);
    else scenario.given(step);
  }
  return accountPostings(scenario.log.at(-1)!.event as AccountEvent)
    .map(({ account, currency, amount }) => `${account} ${amount} ${currency}`);
}

const held = command("PlaceHold");
const used = (output: number) => command("SettleHold", { usage: { input: 10, output } });
const other = (inputTokensBound: number) =>
  command("PlaceHold", { requestId: requestId(2), inputTokensBound });
const cost = (nanoUsd: number) => [`5000 ${nanoUsd} USD`, `2100 ${-nanoUsd} USD`];

// deno-fmt-ignore
const TABLE: readonly (readonly [string, readonly (Command | number)[], readonly string[]])[] = [
  ["a payment", [command("GrantCredit")], ["1010 1000000 MMK", "2000:acc-1 -1000000 MMK"]],
  ["a promotion", [command("GrantCredit", { source: "promotion" })], ["4090 1000000 MMK", "2000:acc-1 -1000000 MMK"]],
  ["an adjustment upwards", [command("PostAdjustment", { amountMicroKyat: 5n })], ["5400 5 MMK", "2000:acc-1 -5 MMK"]],
  ["a credit note", [held, used(5), command("IssueCreditNote")], ["4000 500 MMK", "2000:acc-1 -500 MMK"]],
  ["an adjustment downwards", [command("PostAdjustment")], ["5400 -1000 MMK", "2000:acc-1 1000 MMK"]],
  ["a hold", [held], ["2000:acc-1 50000 MMK", "2010:acc-1 -50000 MMK"]],
  ["a release", [held, command("ReleaseHold")], ["2010:acc-1 50000 MMK", "2000:acc-1 -50000 MMK"]],
  ["an expiry", [held, 60_000, command("ExpireHold")], ["2010:acc-1 50000 MMK", "2000:acc-1 -50000 MMK"]],
  ["a settlement below the hold", [held, used(5)], ["2010:acc-1 50000 MMK", "2000:acc-1 -20000 MMK", "4000 -30000 MMK", ...cost(30_000)]],
  ["a settlement of the hold", [held, used(10)], ["2010:acc-1 50000 MMK", "4000 -50000 MMK", ...cost(50_000)]],
  ["a settlement beyond the hold", [held, used(20)], ["2010:acc-1 50000 MMK", "2000:acc-1 40000 MMK", "4000 -90000 MMK", ...cost(90_000)]],
  ["a settlement beyond the wallet", [held, other(905), used(20)], ["2010:acc-1 50000 MMK", "2000:acc-1 5000 MMK", "5010 35000 MMK", "4000 -90000 MMK", ...cost(90_000)]],
  ["a settlement of nothing", [held, command("SettleHold", { usage: {} })], ["2010:acc-1 50000 MMK", "2000:acc-1 -50000 MMK"]],
  ["late usage", [held, 60_000, command("ExpireHold"), used(5)], ["2000:acc-1 30000 MMK", "4000 -30000 MMK", ...cost(30_000)]],
  ["late usage beyond the wallet", [held, 60_000, command("ExpireHold"), other(940), used(20)], ["2000:acc-1 20000 MMK", "5010 70000 MMK", "4000 -90000 MMK", ...cost(90_000)]],
  ["late usage after a charge at expiry", [held, command("ReportUsage"), 60_000, command("ExpireHold"), used(5)], ["2000:acc-1 12000 MMK", "4000 -12000 MMK", ...cost(12_000)]],
  ["a key", [command("RevokeKey")], []],
  ["a budget", [command("SetBudget")], []],
  ["progress", [held, command("ReportUsage")], []],
  ["an extension", [held, command("ExtendHold")], []],
];

describe("the double entry of", () => {
  TABLE.forEach(([name, steps, legs]) => {
    it(name, () => expect(posted(...steps)).toEqual(legs));
  });
});
