import OpenAI from "openai";
import { beforeEach, describe, expect, it } from "vitest";
import type { EdgeModel, EdgeTerms } from "../../shared/edge_config/mod.ts";
import { createModelListing, type ModelListing, openaiModels } from "./mod.ts";
import { modelView } from "./model_view.ts";

const model = (name: string, more: Partial<EdgeModel> = {}): EdgeModel => ({
  model: name,
  displayName: name,
  ownedBy: name.split("/")[0]!,
  contextWindowTokens: 128_000,
  maxOutputTokens: 16_384,
  ratesPicoUsdPerUnit: { input: 150_000n, output: 600_000n },
  publishedAtMs: 1_700_000_000_999,
  ...more,
});
const terms: EdgeTerms = {
  markupPartsPerMillion: 50_000,
  fx: { microKyat: 4_000_000_000n, nanoUsd: 1_000_000_000n },
};
const tiered = model("openai/gpt-5.4", {
  kind: "chat",
  ratesPicoUsdPerUnit: { input: 2_500_000n, output: 15_000_000n, searches: 10_000_000_000n },
  tiers: [{ aboveInputTokens: 271_999, ratesPicoUsdPerUnit: { input: 5_000_000n } }],
  inputModalities: ["text", "image"],
  outputModalities: ["text"],
  capabilities: ["tools"],
  deprecatedOn: "2027-01-01",
  retiredOn: null,
  providers: ["openai"],
  priceVersion: 2,
});

describe("a model", () => {
  it("shows what it is, what it takes, and its prices in dollars and in kyat", () => {
    expect(modelView(tiered, terms)).toEqual({
      id: "openai/gpt-5.4",
      object: "model",
      created: 1_700_000_000,
      owned_by: "openai",
      name: "openai/gpt-5.4",
      kind: "chat",
      providers: ["openai"],
      context_length: 128_000,
      max_output_tokens: 16_384,
      input_modalities: ["text", "image"],
      output_modalities: ["text"],
      capabilities: ["tools"],
      deprecated_on: "2027-01-01",
      retired_on: null,
      price_version: 2,
      pricing: {
        usd_per_million: { input: "2.5", output: "15", searches: "10000" },
        mmk_per_million: { input: "10500", output: "63000", searches: "42000000" },
        tiers: [{
          above_input_tokens: 271_999,
          usd_per_million: { input: "5", output: "15", searches: "10000" },
          mmk_per_million: { input: "21000", output: "63000", searches: "42000000" },
        }],
      },
    });
  });

  it("shows no kyat while markup or exchange rate is not known, and says what it doesn't know", () => {
    for (
      const unknown of [null, { ...terms, fx: null }, { ...terms, markupPartsPerMillion: null }]
    ) {
      expect(modelView(model("a/b"), unknown)).toMatchObject({
        kind: "chat",
        capabilities: null,
        pricing: { usd_per_million: { input: "0.15", output: "0.6" }, mmk_per_million: null },
      });
    }
  });

  it("shows a price to the last picodollar, in kyat rounded half up to a microkyat", () => {
    const odd = model("a/b", { ratesPicoUsdPerUnit: { input: 1n, output: 3n } });
    const fx = { microKyat: 1_000_000n, nanoUsd: 2_000_000_000n };
    expect(modelView(odd, { markupPartsPerMillion: 0, fx })).toMatchObject({
      pricing: {
        usd_per_million: { input: "0.000001", output: "0.000003" },
        mmk_per_million: { input: "0.000001", output: "0.000002" },
      },
    });
  });
});

describe("the list of models", () => {
  let models: EdgeModel[];
  let names: object;
  let served: (name: string) => boolean;
  let inForce: EdgeTerms | null;
  let nowMs: number;
  let writes: number;
  let listing: ModelListing;

  beforeEach(() => {
    models = ["anthropic/one", "google/two", "openai/three"].map((name) => model(name));
    names = {};
    served = () => true;
    inForce = terms;
    nowMs = 0;
    writes = 0;
    listing = createModelListing({
      models: () => {
        writes += 1;
        return models;
      },
      names: () => names,
      terms: () => inForce,
      isServed: (one) => served(one.model),
      nowMs: () => nowMs,
    });
  });

  const ask = (allowedModels: string[] | null = null, query = "", headers = {}): Response => {
    const request = new Request(`http://proxy/v1/models${query}`, { headers });
    const answer = listing.answer(request, { allowedModels }, openaiModels);
    if (!(answer instanceof Response)) throw new Error(answer.message);
    return answer;
  };
  const ids = async (answer: Response): Promise<string[]> =>
    (await answer.json()).data.map(({ id }: { readonly id: string }) => id);

  it("has what the key may call and some provider serves", async () => {
    expect(await ids(ask())).toEqual(["anthropic/one", "google/two", "openai/three"]);
    expect(await ids(ask(["google/two", "openai/*"]))).toEqual(["google/two", "openai/three"]);
    expect(await ids(ask([]))).toEqual([]);
    served = (name) => name !== "google/two";
    nowMs += 10_000;
    expect(await ids(ask(["google/two", "openai/*"]))).toEqual(["openai/three"]);
  });

  it("may be kept for five minutes by the client alone, and is asked for again by its tag", async () => {
    const first = ask();
    expect(first.headers.get("cache-control")).toBe("private, max-age=300");
    expect(first.headers.get("content-type")).toBe("application/json");
    const etag = first.headers.get("etag")!;
    await first.text();
    for (const known of [etag, `W/${etag}`, `"other", ${etag}`, "*"]) {
      const again = ask(null, "", { "if-none-match": known });
      expect([again.status, again.headers.get("etag"), await again.text()]).toEqual([
        304,
        etag,
        "",
      ]);
    }
    const other = ask(["google/two"], "", { "if-none-match": etag });
    expect(other.status).toBe(200);
    await other.text();
  });

  it("is written once for all keys of the same rules, and anew with every change", async () => {
    const tag = (answer: Response) => answer.headers.get("etag");
    const first = tag(ask(["openai/*"]));
    expect(tag(ask(["openai/*"]))).toBe(first);
    expect(writes).toBe(1);
    models = [model("openai/four")];
    expect(tag(ask(["openai/*"]))).toBe(first);
    names = {};
    expect(await ids(ask(["openai/*"]))).toEqual(["openai/four"]);
    const before = tag(ask(["openai/*"]));
    inForce = { ...terms, markupPartsPerMillion: 0 };
    expect(tag(ask(["openai/*"]))).not.toBe(before);
    for (let n = 0; n < 200; n++) ask([`maker-${n}/*`]);
    expect(await ids(ask(["openai/*"]))).toEqual(["openai/four"]);
  });

  it("comes in pages where that is asked for", async () => {
    const page = async (query: string) => {
      const { data, has_more, last_id } = await ask(null, query).json();
      return [data.length, last_id, has_more];
    };
    expect(await page("?limit=2")).toEqual([2, "google/two", true]);
    expect(await page("?limit=2&after=google/two")).toEqual([1, "openai/three", false]);
    expect(await page("?after=zzz")).toEqual([0, null, false]);
    for (const limit of ["0", "-1", "1.5", "10001", "x", ""]) {
      const answer = listing.answer(
        new Request(`http://proxy/v1/models?limit=${limit}`),
        {},
        openaiModels,
      );
      expect(answer).toMatchObject({ code: "invalid_request", param: "limit" });
    }
  });

  it("is what OpenAI's own client reads", async () => {
    models = Array.from({ length: 950 }, (_, n) => model(`maker/model-${n}`));
    const client = new OpenAI({
      apiKey: "any",
      baseURL: "http://proxy/v1",
      fetch: (url, init) => {
        const answer = listing.answer(
          new Request(url as string, init as RequestInit),
          {},
          openaiModels,
        );
        return Promise.resolve(answer as Response);
      },
    });
    const found: OpenAI.Model[] = [];
    for await (const one of client.models.list()) found.push(one);
    expect(found).toHaveLength(950);
    expect(found[0]).toMatchObject({ id: "maker/model-0", object: "model", owned_by: "maker" });
    expect(found[0]!.created).toBe(1_700_000_000);
  });
});
