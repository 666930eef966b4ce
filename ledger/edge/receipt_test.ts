import { describe, expect, it } from "vitest";
import type { RecordedEvent } from "../../shared/events/mod.ts";
import { requestIdOf } from "../../shared/events/mod.ts";
import { type JsonObject, toJsonValue } from "../../shared/json.ts";
import { command, READY_TO_CALL, requestId, Scenario } from "../shard/scenario.ts";
import { receiptOf } from "./receipt.ts";

/** The events of the story's request, as the log has them. */
function recorded(scenario: Scenario): RecordedEvent[] {
  return scenario.log.flatMap(({ event, position, recordedAtMs }) =>
    requestIdOf(event) === null ? [] : [{
      shard: 0,
      position,
      stream: "account-acc-1",
      version: 1,
      type: event.type,
      schemaVersion: 1,
      eventId: "01999999-0000-7000-8000-000000000000",
      requestId: requestIdOf(event),
      actor: "edge:edge-1",
      occurredAtMs: recordedAtMs,
      recordedAtMs,
      payload: toJsonValue(event.payload) as JsonObject,
    }]
  );
}

const tiers = [{ aboveInputTokens: 5, ratesPicoUsdPerUnit: { input: 9n } }];
const held = [
  ...READY_TO_CALL,
  command("PublishPrice", { model: "model-2", tiers }),
  command("SetOwnKeyFee"),
  command("PlaceHold", { alternatives: ["model-2"], billing: "either", askedModel: "auto" }),
];

describe("a receipt of a call that left a choice", () => {
  const FEE = { feeVersion: 1, picoUsdPerRequest: "2000000" };
  const pinned = { pricing: { tiers: [{ aboveInputTokens: 5 }] } };
  it.each<[string, Parameters<typeof command<"SettleHold">>[1] | null, object]>([
    ["while it runs", null, { model: "model-1", askedModel: "auto", ownKeyFee: null }],
    ["of its own model", {}, { model: "model-1", askedModel: "auto", ownKeyFee: null }],
    ["of another model", { model: "model-2" }, { model: "model-2", ownKeyFee: null, ...pinned }],
    ["of an own key", { ownKey: true }, { ownKeyFee: FEE, chargedMicroKyat: 2_000n }],
  ])("%s says who served and at which terms", (_name, served, expected) => {
    const scenario = new Scenario();
    scenario.given(...held);
    if (served !== null) scenario.given(command("SettleHold", served));
    const receipt = receiptOf("acc-1", recorded(scenario));
    expect(receipt).toMatchObject({ requestId: requestId(1), billing: "either", ...expected });
    expect(receiptOf("acc-2", recorded(scenario))).toBeNull();
  });
});

describe("a receipt of a call that no provider bills", () => {
  it("says so, and shows its usage and a charge of nothing", () => {
    const scenario = new Scenario();
    scenario.given(...READY_TO_CALL, command("PlaceHold", { billing: "free" }));
    scenario.given(command("SettleHold", { usage: { input: 9, requests: 1 } }));
    expect(receiptOf("acc-1", recorded(scenario))).toMatchObject({
      billing: "free",
      holdMicroKyat: 0n,
      chargedMicroKyat: 0n,
      usage: { input: 9, requests: 1 },
    });
  });
});
