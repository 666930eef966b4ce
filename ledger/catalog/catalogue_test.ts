import { describe, expect, it } from "vitest";
import { commandEnvelopeSchema, decodeCommand } from "../../shared/commands/mod.ts";
import { type JsonObject, toJsonValue } from "../../shared/json.ts";
import { createModelIndex } from "../../shared/models/mod.ts";
import { saleTerms } from "../pricing/mod.ts";
import { Scenario } from "../shard/scenario.ts";
import {
  catalogueSeedCommands,
  type KnownNames,
  packagedCatalogue,
  parseCatalogue,
  providerOf,
  publishCommand,
  seedCommands,
} from "./mod.ts";

const catalogue = packagedCatalogue();
const nothing: KnownNames = { isPriced: () => false, isAlias: () => false };
const forSale = catalogue.models.filter(({ held, onRequest }) => held === undefined && !onRequest);
const entry = (model: string) => {
  const found = catalogue.models.find((one) => one.model === model);
  if (found === undefined) throw new Error(`${model} is not in the catalogue`);
  return found;
};

describe("the catalogue", () => {
  it("puts more than 300 models on sale, each at terms that a hold can be placed at", () => {
    const scenario = new Scenario();
    scenario.given(...seedCommands({ simulator: false }).map(({ command }) => command));
    const commands = catalogueSeedCommands(catalogue, nothing, 0);
    scenario.given(...commands.map(({ command }) => command));
    const { prices, routing } = scenario.state;
    expect(forSale.length).toBeGreaterThan(300);
    for (const { model, contextWindowTokens } of forSale) {
      expect(saleTerms(prices, model)).toMatchObject({ price: { model, contextWindowTokens } });
    }
    expect([...routing.aliases.keys()]).toEqual(Object.keys(catalogue.aliases));
  });

  it("sells nothing that is held back", () => {
    const sold = catalogueSeedCommands(catalogue, nothing, 0).flatMap(({ command }) =>
      command.type === "PublishPrice" ? [command.body.model] : []
    );
    expect(sold).toEqual(forSale.map(({ model }) => model));
    expect(entry("azure/gpt-4o")).toMatchObject({ onRequest: true });
    expect(entry("deepseek/deepseek-chat").held).toContain("more than 10 % apart");
    expect(entry("openai/dall-e-3").held).toContain("size and quality");
    expect(entry("xai/grok-3").held).toBe("out of service since 2026-05-15");
  });

  it("leaves alone what the ledger knows, whatever became of it", () => {
    const known: KnownNames = {
      isPriced: (model) => model !== "openai/gpt-4o",
      isAlias: (alias) => alias !== "gpt-latest",
    };
    expect(catalogueSeedCommands(catalogue, known, 0).map(({ command }) => command)).toMatchObject([
      { type: "PublishPrice", body: { model: "openai/gpt-4o" } },
      { type: "SetModelAlias", body: { alias: "gpt-latest" } },
    ]);
    const elsewhere = catalogueSeedCommands(catalogue, known, 1);
    expect(elsewhere.map(({ command }) => command.type)).toEqual(["PublishPrice"]);
  });

  it("is made of commands that the ledger's door lets in, under ids that differ and stay", () => {
    const commands = catalogueSeedCommands(catalogue, nothing, 0);
    expect(new Set(commands.map(({ operationId }) => operationId)).size).toBe(commands.length);
    expect(catalogueSeedCommands(packagedCatalogue(), nothing, 0)).toEqual(commands);
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

  it("writes prices as exact picodollars, with tiers, and says where they come from", () => {
    expect(publishCommand(entry("openai/gpt-5.4"), catalogue).body).toMatchObject({
      kind: "chat",
      ownedBy: "openai",
      ratesPicoUsdPerUnit: {
        input: 2_500_000n,
        cached_input: 250_000n,
        output: 15_000_000n,
        searches: 10_000_000_000n,
      },
      tiers: [{
        aboveInputTokens: 271_999,
        ratesPicoUsdPerUnit: { input: 5_000_000n, cached_input: 500_000n, output: 22_500_000n },
      }],
      source: "genai-prices 0.1.8 (MIT), as litellm, models.dev",
      providers: ["openai"],
    });
    expect(publishCommand(entry("anthropic/claude-opus-4-5"), catalogue).body.ratesPicoUsdPerUnit)
      .toMatchObject({ cache_write_5m: 6_250_000n, cache_write_1h: 10_000_000n });
  });

  it("says of every price who else tells it, and of every doubt what was chosen", () => {
    const names = catalogue.sources.map(({ name, licence }) => {
      expect(licence).toBe("MIT");
      return name;
    });
    for (const { from, confirmedBy, differences = [] } of catalogue.models) {
      expect(names).toContain(from);
      expect(confirmedBy).not.toContain(from);
      for (const one of confirmedBy) expect(names).toContain(one);
      for (const { chosen, other, by, why } of differences) {
        expect(other).not.toBe(chosen);
        expect(names).toContain(by);
        expect(why).not.toBe("");
      }
    }
  });

  it("has names that lead to each model, and aliases that lead to one for sale", () => {
    const index = createModelIndex(forSale, new Map(Object.entries(catalogue.aliases)));
    for (const one of forSale) {
      expect(index.resolve(one.model)).toEqual([one]);
      expect(index.resolve(one.model.slice(one.model.lastIndexOf("/") + 1))).toContain(one);
    }
    for (const [alias, [model]] of Object.entries(catalogue.aliases)) {
      expect(index.resolve(alias).map((one) => one.model)).toEqual([model]);
    }
    const providers = index.resolve("gpt-oss-120b").map(providerOf);
    for (const provider of ["groq", "cerebras", "together"]) {
      expect(providers).toContain(provider);
    }
  });

  it("is what its schema lets in, whole", () => {
    expect(parseCatalogue(structuredClone(catalogue))).toEqual(catalogue);
  });

  it("is refused when a price has more digits than a picodollar", () => {
    const broken = { ...entry("openai/gpt-4o"), usdPerMillion: { input: "0.0000001" } };
    expect(() => parseCatalogue({ ...catalogue, models: [broken] })).toThrow("six decimals");
  });
});
