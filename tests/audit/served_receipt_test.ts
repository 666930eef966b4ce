/** A receipt of a call that left a choice, against the proofs of it. @module */
import { describe, expect, it } from "vitest";
import { receiptOf } from "../../ledger/edge/receipt.ts";
import { command, READY_TO_CALL, Scenario } from "../../ledger/shard/scenario.ts";
import { compareAnswer } from "../../scripts/audit/receipts/compare_answer.ts";
import { type RecordedEvent, requestIdOf } from "../../shared/events/mod.ts";
import { type JsonObject, toJsonValue } from "../../shared/json.ts";

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

describe("a receipt of a call that another model served", () => {
  it("is what its proofs prove, and nothing else passes for it", () => {
    const scenario = new Scenario();
    scenario.given(
      ...READY_TO_CALL,
      command("PublishPrice", { model: "model-2" }),
      command("PlaceHold", { alternatives: ["model-2"], askedModel: "auto" }),
      command("SettleHold", { model: "model-2" }),
    );
    const events = recorded(scenario).map(({ recordedAtMs, position, ...event }) =>
      ({ ...event, recordedAt: recordedAtMs, position: parseInt(`${position}`, 10) }) as never
    );
    const answer = toJsonValue(receiptOf("acc-1", recorded(scenario))) as JsonObject;
    expect(compareAnswer(answer, events)).toEqual({ differences: [], unproved: [] });
    for (
      const wrong of [{ model: "model-1" }, { askedModel: "model-1" }, {
        ownKeyFee: { feeVersion: 1, picoUsdPerRequest: "2000000" },
      }]
    ) {
      expect(compareAnswer({ ...answer, ...wrong }, events).differences).toHaveLength(1);
    }
  });
});
