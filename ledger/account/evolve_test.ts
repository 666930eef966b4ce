import { describe, expect, it } from "vitest";
import type { DomainEvent } from "../../shared/events/mod.ts";
import { command, READY_TO_CALL, requestId, Scenario } from "../shard/scenario.ts";

/** What the ledger would write after these commands, without writing it. */
function wouldWrite(scenario: Scenario, next: Parameters<typeof command>): DomainEvent {
  const other = new Scenario();
  other.nowMs = scenario.nowMs;
  for (const { event } of scenario.log) other.append(event);
  return other.given(command(...next))[0]!;
}

function held(): Scenario {
  const scenario = new Scenario();
  scenario.given(...READY_TO_CALL, command("PlaceHold"));
  return scenario;
}

describe("a damaged log is refused", () => {
  const once = [
    ["an account opened twice", ["OpenAccount"]],
    ["a key issued twice", ["IssueKey"]],
    ["a key revoked twice", ["RevokeKey"]],
    ["a hold placed twice", ["PlaceHold"]],
    ["a hold settled twice", ["SettleHold"]],
    ["a hold released twice", ["ReleaseHold"]],
  ] as const;

  once.forEach(([name, [type]]) => {
    it(name, () => {
      const scenario = held();
      const existing = scenario.log.find(({ event }) =>
        event.type === "AccountOpened" && type === "OpenAccount" ||
        event.type === "KeyIssued" && type === "IssueKey" ||
        event.type === "HoldPlaced" && type === "PlaceHold"
      )?.event;
      const event = existing ?? wouldWrite(scenario, [type]);
      if (existing === undefined) scenario.append(event);
      expect(() => scenario.append(event)).toThrow(RangeError);
    });
  });

  it("credit for an account that was never opened", () => {
    const scenario = held();
    const event = wouldWrite(scenario, ["GrantCredit"]);
    expect(() => new Scenario().append(event)).toThrow("account acc-1 was never opened");
  });

  it("a hold that ends with another amount than it had", () => {
    for (const next of [["SettleHold"], ["ReleaseHold"]] as const) {
      const scenario = held();
      const event = wouldWrite(scenario, [...next]);
      const payload = event.type === "HoldSettled"
        ? { ...event.payload, releasedMicroKyat: event.payload.releasedMicroKyat + 1n }
        : { ...event.payload, amountMicroKyat: 1n };
      expect(() => scenario.append({ ...event, payload } as DomainEvent))
        .toThrow(`the hold of ${requestId(1)} was 50000`);
    }
  });

  it("a wallet below zero", () => {
    const scenario = held();
    const payload = { accountId: "acc-1", amountMicroKyat: -950_001n, reason: "forged" };
    expect(() => scenario.append({ type: "AdjustmentPosted", payload })).toThrow("below zero");
  });

  it("a second credit note for the same reference", () => {
    const scenario = held();
    const [event] = scenario.given(command("SettleHold"), command("IssueCreditNote"));
    expect(() => scenario.append(event!)).toThrow("issued twice");
  });

  it("late usage of a hold that has not lapsed", () => {
    const scenario = held();
    const lapsed = held();
    lapsed.wait(60_000).given(command("ExpireHold"));
    const event = wouldWrite(lapsed, ["SettleHold"]);
    expect(() => scenario.append(event)).toThrow("has not lapsed");
  });
});
