import { describe, expect, it } from "vitest";
import type { Bus } from "../../shared/bus/mod.ts";
import type { JsonObject, JsonValue } from "../../shared/json.ts";
import { type HoldRequest, placeHold } from "./mod.ts";

const request: HoldRequest = {
  accountId: "acc-1",
  requestId: "01990000-0000-7000-8000-000000000001",
  keyId: "key-1",
  edgeId: "edge-1",
  model: "one",
  alternatives: ["two", "three"],
  endpoint: "chat.completions",
  inputTokensBound: 10,
  outputTokensRequested: 10,
  minimumOutputTokens: 1,
  holdTtlMs: 60_000,
};

/** Asks a ledger that sells only some models. */
async function asked(sold: readonly string[], code = "model_not_priced") {
  const told: { id: unknown; models: readonly string[] }[] = [];
  const answer = ({ operationId, body }: JsonObject): JsonValue => {
    const { model, alternatives = [] } = body as HoldRequest & JsonObject;
    const models = [model, ...alternatives];
    told.push({ id: operationId, models });
    const unsold = models.find((each) => !sold.includes(each));
    return unsold === undefined
      ? {
        status: "accepted",
        result: {
          requestId: request.requestId,
          holdMicroKyat: "10",
          outputTokensGranted: 10,
          expiresAtMs: 1,
          availableMicroKyat: "90",
        },
      }
      : { status: "rejected", rejection: { code, message: "no", details: { model: unsold } } };
  };
  const bus = {
    request: (_subject: string, message: JsonValue) =>
      Promise.resolve(answer(message as JsonObject)),
  } as Partial<Bus> as Bus;
  const outcome = await placeHold({ bus, effects: { clock: { nowMs: () => 1 } } }, request, 0);
  return { outcome, told };
}

describe("a hold for a chain of models", () => {
  it.each(["model_not_priced", "usage_class_not_priced", "model_not_allowed"])(
    "is placed for the others when one of them is refused with %s",
    async (code) => {
      const { outcome, told } = await asked(["one", "three"], code);
      expect(outcome).toMatchObject({ status: "granted", unsold: ["two"] });
      expect(told.map(({ models }) => models)).toEqual([["one", "two", "three"], ["one", "three"]]);
      expect(new Set(told.map(({ id }) => id)).size).toBe(2);
    },
  );

  it("names the next model where the first one is not sold", async () => {
    const { outcome, told } = await asked(["three"]);
    expect(outcome).toMatchObject({ status: "granted", unsold: ["one", "two"] });
    expect(told.at(-1)?.models).toEqual(["three"]);
  });

  it("is refused where none of them is sold", async () => {
    const { outcome, told } = await asked([]);
    expect(outcome).toMatchObject({ status: "refused", failure: { code: "model_not_found" } });
    expect(told).toHaveLength(3);
  });
});
