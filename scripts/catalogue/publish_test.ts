import { beforeEach, describe, expect, it } from "vitest";
import { packagedCatalogue } from "../../ledger/catalog/mod.ts";
import { commandSchemas } from "../../shared/commands/mod.ts";
import type { EdgeModel } from "../../shared/edge_config/mod.ts";
import { type JsonObject, toJsonValue } from "../../shared/json.ts";
import { compareCatalogue, percentText } from "./compare.ts";
import { run as diff } from "./diff.ts";
import type { LedgerAccess } from "./ledger_prices.ts";
import { run as publish } from "./publish.ts";

const catalogue = packagedCatalogue();
const FEW = ["openai/gpt-4o", "openai/gpt-5.4", "anthropic/claude-haiku-4-5"];
const only = FEW.flatMap((name) => ["--only", name]);

/** A ledger that keeps prices as the real one does, as far as its price routes show. */
class Ledger implements LedgerAccess {
  readonly url = "http://ledger";
  readonly token = "token";
  readonly models = new Map<string, EdgeModel>();
  readonly calls: { readonly path: string; readonly body: JsonObject }[] = [];
  readonly #outcomes = new Map<string, JsonObject>();
  refuse: string | null = null;
  /** Called before each publication. */
  before: () => void = () => {};

  put(body: unknown, more: Partial<EdgeModel> = {}): number {
    const { source: _, ...price } = commandSchemas.PublishPrice.parse(toJsonValue(body));
    const priceVersion = (this.models.get(price.model)?.priceVersion ?? 0) + 1;
    this.models.set(price.model, { ...price, publishedAtMs: 0, priceVersion, ...more });
    return priceVersion;
  }

  async fetch(url: string, init: RequestInit): Promise<Response> {
    const request = new Request(url, init);
    const { pathname: path } = new URL(url);
    if (request.headers.get("authorization") !== "Bearer token") {
      return Response.json({ error: { message: "a valid bearer token is needed" } }, {
        status: 401,
      });
    }
    if (request.method === "GET") {
      return Response.json(toJsonValue({ position: "1", models: [...this.models.values()] }));
    }
    const key = request.headers.get("idempotency-key")!;
    const body = await request.json();
    this.before();
    this.calls.push({ path, body });
    if (this.refuse === body.model) {
      return Response.json({ error: { message: "not today" } }, { status: 403 });
    }
    const known = this.#outcomes.get(key);
    if (known !== undefined) return Response.json(known);
    const priceVersion = path.endsWith("/withdraw") ? this.#withdraw(body.model) : this.put(body);
    const outcome = {
      position: `${this.calls.length}`,
      result: { model: body.model, priceVersion },
    };
    this.#outcomes.set(key, outcome);
    return Response.json(outcome);
  }

  #withdraw(model: string): number {
    const known = this.models.get(model)!;
    this.models.set(model, { ...known, withdrawn: true });
    return known.priceVersion!;
  }
}

let ledger: Ledger;
let printed: string;
const print = (text: string) => printed += `${text}\n`;
const bodyOf = (model: string) => {
  const [change] = compareCatalogue([], {
    ...catalogue,
    models: catalogue.models.filter((entry) => entry.model === model),
  });
  if (change === undefined || !("body" in change)) throw new Error(`no price of ${model}`);
  return change.body;
};

beforeEach(() => {
  ledger = new Ledger();
  printed = "";
});

describe("catalogue diff", () => {
  it("shows each class of each model that differs, with from, to and percent", async () => {
    const body = bodyOf("openai/gpt-4o");
    ledger.put({
      ...body,
      ratesPicoUsdPerUnit: { ...body.ratesPicoUsdPerUnit, input: 2_400_000n, characters: 5n },
      contextWindowTokens: 64_000,
    });
    ledger.put(bodyOf("openai/gpt-5.4"));
    expect(await diff(only, ledger, print)).toBe(1);
    expect(printed).toContain("+ changed    openai/gpt-4o, price 1\n");
    expect(printed).toMatch(/\n {6}input +2\.4 → 2\.5 {2}\+4\.2 %\n/);
    expect(printed).toMatch(/\n {6}characters +0\.000005 → nothing\n/);
    expect(printed).toMatch(/\n {6}context window +64000 → 128000\n/);
    expect(printed).toContain("+ new        anthropic/claude-haiku-4-5\n");
    expect(printed).not.toContain("gpt-5.4");
    expect(printed).toContain("1 new, 1 changed, 0 gone, 0 withdrawn, 0 held back, 0 available; ");
    expect(ledger.calls).toEqual([]);
  });

  it("shows tiers by the length that they begin above", async () => {
    const { tiers: _, ...body } = bodyOf("openai/gpt-5.4");
    ledger.put(body);
    await diff(["--only", "openai/gpt-5.4"], ledger, print);
    expect(printed).toMatch(/\n {6}input above 271999 +5\n/);
    expect(printed).toMatch(/\n {6}tiers above +271999\n/);
  });

  it("says nothing, and 0, when ledger and catalogue are one", async () => {
    for (const name of FEW) ledger.put(bodyOf(name));
    expect(await diff(only, ledger, print)).toBe(0);
    expect(printed).toBe(
      "0 new, 0 changed, 0 gone, 0 withdrawn, 0 held back, 0 available; publish would change 0\n",
    );
  });

  it("shows what is held back, withdrawn or gone, and does not mark it", async () => {
    ledger.put(bodyOf("openai/gpt-4o"), { withdrawn: true });
    ledger.put({ ...bodyOf("openai/gpt-5.4"), model: "openai/gone" });
    ledger.put({ ...bodyOf("openai/gpt-5.4"), model: "mine/own", providers: undefined });
    const names = ["openai/gpt-4o", "openai/dall-e-3", "openai/gone"];
    const args = names.flatMap((name) => ["--only", name]);
    await expect(diff(args, ledger, print)).rejects.toThrow("openai/gone names no model");
    await diff(["--only", "openai/*"], ledger, print);
    expect(printed).toContain("! withdrawn  openai/gpt-4o: ");
    expect(printed).toContain("! held back  openai/dall-e-3: its price depends on size");
    expect(printed).toContain("! gone       openai/gone, price 1: ");
    expect(printed).not.toContain("mine/own");
  });

  it("gives each change as a line of JSON", async () => {
    await diff(["--only", "openai/gpt-4o", "--json"], ledger, print);
    expect(JSON.parse(printed)).toMatchObject({
      kind: "new",
      model: "openai/gpt-4o",
      publish: true,
      body: { ratesPicoUsdPerUnit: { input: "2500000" } },
    });
  });

  it.each([
    [100n, 104n, "+4.0 %"],
    [3n, 2n, "-33.3 %"],
    [2_000n, 2_001n, "+0.1 %"],
    [10_000n, 10_001n, "+0.0 %"],
    [1n, 0n, "-100.0 %"],
    [0n, 1n, null],
  ])("from %d to %d is %s", (from, to, text) => expect(percentText(from, to)).toBe(text));
});

describe("catalogue publish", () => {
  it("publishes exactly what it shows, and then there is no difference", async () => {
    ledger.put({ ...bodyOf("openai/gpt-4o"), displayName: "Old" });
    ledger.put(bodyOf("openai/gpt-5.4"));
    expect(await publish(only, ledger, print)).toBe(0);
    expect(ledger.calls.map(({ path, body }) => [path, body.model])).toEqual([
      ["/v1/prices", "anthropic/claude-haiku-4-5"],
      ["/v1/prices", "openai/gpt-4o"],
    ]);
    expect(printed).toContain("openai/gpt-4o: price 2 at position 2\n");
    expect(await diff(only, ledger, print)).toBe(0);
  });

  it("only shows in a dry run", async () => {
    expect(await publish([...only, "--dry-run"], ledger, print)).toBe(0);
    expect(printed).toContain("publish would change 3");
    expect(ledger.calls).toEqual([]);
  });

  it("publishes what is held back or withdrawn by its very name alone", async () => {
    ledger.put(bodyOf("openai/gpt-4o"), { withdrawn: true });
    for (const args of [["--only", "openai/*", "--held"], ["--only", "openai/dall-e-3"]]) {
      await publish(args, ledger, print);
      const models = ledger.calls.map(({ body }) => body.model);
      expect(models).not.toContain("openai/dall-e-3");
      expect(models).not.toContain("openai/gpt-4o");
    }
    expect(await publish(["--only", "openai/dall-e-3", "--held"], ledger, print)).toBe(0);
    expect(await publish(["--only", "openai/gpt-4o"], ledger, print)).toBe(0);
    expect(ledger.models.get("openai/dall-e-3")).toMatchObject({ priceVersion: 1 });
    expect(ledger.models.get("openai/gpt-4o")).toMatchObject({ priceVersion: 2 });
    expect(ledger.models.get("openai/gpt-4o")!.withdrawn).toBeUndefined();
  });

  it("withdraws what is gone where that is asked for", async () => {
    ledger.put({ ...bodyOf("openai/gpt-4o"), model: "openai/gone" });
    expect(await publish(["--only", "openai/gone", "--gone"], ledger, print)).toBe(0);
    expect(ledger.calls).toMatchObject([{ path: "/v1/prices/withdraw" }]);
    expect(ledger.models.get("openai/gone")).toMatchObject({ withdrawn: true });
  });

  it("publishes what needs a setup of its own by any name that is given", async () => {
    expect(await publish([], ledger, print)).toBe(0);
    expect(printed).not.toContain("azure/");
    expect([...ledger.models.keys()].filter((name) => name.startsWith("azure/"))).toEqual([]);
    expect(await publish(["--only", "azure/*"], ledger, print)).toBe(0);
    expect(printed).toContain("+ available  azure/gpt-4o: ");
    expect(ledger.models.get("azure/gpt-4o")).toMatchObject({ priceVersion: 1 });
  });

  it("makes a change once, however often it is sent", async () => {
    const shown = [...ledger.models.values()];
    await publish(only, ledger, print);
    // The answer was lost: the same change is found again and sent under the same key.
    const late: LedgerAccess = {
      ...ledger,
      fetch: (url, init) =>
        init.method === undefined
          ? Promise.resolve(Response.json({ position: "1", models: shown }))
          : ledger.fetch(url, init),
    };
    expect(await publish(only, late, print)).toBe(0);
    for (const name of FEW) expect(ledger.models.get(name)!.priceVersion).toBe(1);
  });

  it("sells again what was withdrawn once more", async () => {
    const args = ["--only", "openai/gpt-4o"];
    await publish(args, ledger, print);
    for (const version of [2, 3]) {
      ledger.models.get("openai/gpt-4o")!.withdrawn = true;
      expect(await publish(args, ledger, print)).toBe(0);
      expect(ledger.models.get("openai/gpt-4o")!.priceVersion).toBe(version);
    }
  });

  it("says when somebody else published meanwhile, and what was refused, and fails then", async () => {
    ledger.before = () => {
      ledger.before = () => {};
      ledger.put({ ...bodyOf("openai/gpt-4o"), displayName: "Mine" });
    };
    expect(await publish(["--only", "openai/gpt-4o"], ledger, print)).toBe(1);
    expect(printed).toContain("openai/gpt-4o: price 2 at position 1, not 1 as shown");
    ledger.refuse = "openai/gpt-5.4";
    expect(await publish(only, ledger, print)).toBe(1);
    expect(printed).toContain("openai/gpt-5.4: refused: not today");
    expect(ledger.models.has("anthropic/claude-haiku-4-5")).toBe(true);
  });

  it("refuses wrong arguments and a ledger that refuses", async () => {
    await expect(publish(["--onyl", "x"], ledger, print)).rejects.toThrow("no option --onyl");
    await expect(publish(["all"], ledger, print)).rejects.toThrow("publish takes no all");
    const strange = Object.assign(new Ledger(), { token: "other" });
    await expect(publish(only, strange, print)).rejects.toThrow("a valid bearer token is needed");
  });
});
