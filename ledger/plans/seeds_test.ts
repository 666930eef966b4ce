import { describe, expect, it } from "vitest";
import { commandEnvelopeSchema, decodeCommand } from "../../shared/commands/mod.ts";
import { type JsonObject, toJsonValue } from "../../shared/json.ts";
import { command, READY_TO_CALL, Scenario } from "../shard/scenario.ts";
import { planSeeds } from "./mod.ts";

describe("the first plans", () => {
  it("are two families, from tight to unlimited", () => {
    const scenario = new Scenario();
    scenario.given(...planSeeds().map(({ command }) => command));
    const lines = [...scenario.state.plans.values()].map((plan) => {
      const { requestsPerMinute, requestsPerDay, tokensPerMonth } = plan.limits;
      const price = plan.monthlyPriceNanoUsd === null ? null : plan.monthlyPriceNanoUsd.toString();
      return [plan.family, plan.name, price, requestsPerDay, requestsPerMinute, tokensPerMonth];
    });
    expect(lines).toEqual([
      ["subscription", "Free", null, 10, null, null],
      ["subscription", "Personal", null, 100, null, null],
      ["subscription", "Professional", null, 1_000, null, null],
      ["subscription", "Business", null, null, null, null],
      ["api", "Explorer", "0", null, 20, 100_000],
      ["api", "Startup", "29000000000", null, 60, 1_000_000],
      ["api", "Growth", "99000000000", null, 200, 10_000_000],
      ["api", "Enterprise", null, null, 1_000, null],
    ]);
  });

  it("can each be assigned, and limit nobody before", () => {
    const scenario = new Scenario();
    scenario.given(...READY_TO_CALL, ...planSeeds().map(({ command }) => command));
    expect(scenario.state.book.accounts.get("acc-1")!.limiter).toBeNull();
    for (const { command: { body: { planId } } } of planSeeds()) {
      expect(scenario.given(command("AssignPlan", { planId })))
        .toMatchObject([{ payload: { planId, planVersion: 1 } }]);
    }
  });

  it("are commands that the ledger's door lets in, under ids that differ and stay", () => {
    const seeds = planSeeds();
    expect(new Set(seeds.map(({ operationId }) => operationId)).size).toBe(seeds.length);
    expect(planSeeds()).toEqual(seeds);
    for (const { operationId, command: { type, body } } of seeds) {
      const envelope = commandEnvelopeSchema.parse({
        operationId,
        actor: "system:seed",
        occurredAtMs: 0,
        type,
        body: toJsonValue(body) as JsonObject,
      });
      expect(decodeCommand(envelope)).toEqual({ type, body });
    }
  });
});
