import { describe, expect, it } from "vitest";
import { commandEnvelopeSchema, decodeCommand } from "../../shared/commands/mod.ts";
import { type JsonObject, toJsonValue } from "../../shared/json.ts";
import { saleTerms } from "../pricing/mod.ts";
import { Scenario } from "../shard/scenario.ts";
import { seedCommands } from "./mod.ts";
import { publishCommands } from "./price_list.ts";

describe("the starter prices", () => {
  it("make a new ledger sell every model", () => {
    const scenario = new Scenario();
    const commands = seedCommands({ simulator: true });
    scenario.given(...commands.map(({ command }) => command));
    const { prices } = scenario.state;
    expect(prices.prices.size)
      .toBe(commands.filter(({ command }) => command.type === "PublishPrice").length);
    expect(prices.ownKeyFee).toMatchObject({ feeVersion: 1, picoUsdPerRequest: 500_000_000n });
    for (const model of prices.prices.keys()) {
      expect(saleTerms(prices, model)).toMatchObject({ price: { model } });
    }
    expect(prices.prices.get("gpt-4.1-nano")).toMatchObject({
      ratesPicoUsdPerUnit: { input: 100_000n, cached_input: 25_000n, output: 400_000n },
      source: "litellm 2026-08-01 (MIT)",
    });
  });

  it("sell simulated models only where they are wanted, and name them so", () => {
    const models = (simulator: boolean) =>
      seedCommands({ simulator }).flatMap(({ command }) =>
        command.type === "PublishPrice" ? [command.body] : []
      );
    const real = models(false).map(({ model }) => model);
    expect(real.filter((model) => model.startsWith("sim-"))).toEqual([]);
    const simulated = models(true).filter(({ model }) => !real.includes(model));
    expect(simulated).toHaveLength(17);
    for (const one of simulated) {
      expect(one).toMatchObject({ source: "simulator", ownedBy: "simulator" });
      expect(one.displayName).toMatch(/^Simulated: /);
      expect(one.model).toMatch(/^sim-/);
    }
  });

  it("are commands that the ledger's door lets in, under ids that differ and stay", () => {
    const commands = seedCommands({ simulator: true });
    expect(new Set(commands.map(({ operationId }) => operationId)).size).toBe(commands.length);
    expect(seedCommands({ simulator: true })).toEqual(commands);
    for (const { operationId, command } of commands) {
      const envelope = commandEnvelopeSchema.parse({
        operationId,
        actor: "system:seed",
        occurredAtMs: 0,
        type: command.type,
        body: toJsonValue(command.body) as JsonObject,
      });
      expect(decodeCommand(envelope)).toEqual(command);
    }
  });

  it("with more digits than a picodollar stop the start", () => {
    const model = {
      model: "m",
      displayName: "M",
      ownedBy: "o",
      usdPerMillionTokens: { input: "0.0000001" },
      contextWindowTokens: 1,
      maxOutputTokens: 1,
    };
    const list = { revision: "1", source: "s", licence: "l", models: [model] };
    expect(() => publishCommands(list)).toThrow("at most 6 decimals");
  });
});
