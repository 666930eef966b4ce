import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { packagedCatalogue } from "../../ledger/catalog/mod.ts";
import { composeLedger, type Ledger } from "../../ledger/compose.ts";
import { type LedgerDatabase, openPglite } from "../../ledger/store/mod.ts";
import { run as diff } from "../../scripts/catalogue/diff.ts";
import { type LedgerAccess, readPrices } from "../../scripts/catalogue/ledger_prices.ts";
import { run as publish } from "../../scripts/catalogue/publish.ts";
import { type Bus, createInProcessBus } from "../../shared/bus/mod.ts";
import type { EdgeModel } from "../../shared/edge_config/mod.ts";
import { createEffects, platformOf } from "../../shared/effects.ts";
import { signServiceToken } from "../../shared/identity/mod.ts";
import { uuidv7 } from "../../shared/ids/mod.ts";
import { silentLog } from "../../shared/log.ts";

const secret = "a-secret-of-at-least-32-characters!";
const effects = createEffects(platformOf(globalThis));
const forSale = packagedCatalogue().models.filter(({ held, onRequest }) =>
  held === undefined && !onRequest
);

let database: LedgerDatabase;
let bus: Bus;
let ledger: Ledger;
let access: LedgerAccess;
let printed: string;
const print = (text: string) => printed += `${text}\n`;

async function start(): Promise<void> {
  bus = createInProcessBus(effects);
  ledger = await composeLedger({ serviceSecret: secret, shards: 1, seed: "catalogue" }, {
    database,
    bus,
    effects,
    log: silentLog,
    owner: uuidv7(effects),
    exclusive: true,
  });
  await ledger.ready(60_000);
}

async function stop(): Promise<void> {
  await ledger.close();
  await bus.close();
}

beforeAll(async () => {
  database = await openPglite(null);
  await start();
  const token = await signServiceToken(
    { actor: "user:admin", role: "admin", accountId: null },
    { secret, clock: effects.clock, ttlMs: 3_600_000 },
  );
  access = {
    url: "http://ledger",
    token,
    fetch: (url, init) => ledger.fetch(new Request(url, init)),
  };
});

afterAll(async () => {
  await stop();
  await database.destroy();
});

const priceOf = async (model: string): Promise<EdgeModel | undefined> =>
  (await readPrices(access)).find((one) => one.model === model);

describe("the catalogue in a ledger", () => {
  it("is on sale from the first start on, so that nothing differs", async () => {
    const models = new Set((await readPrices(access)).map(({ model }) => model));
    expect(forSale.filter(({ model }) => !models.has(model))).toEqual([]);
    printed = "";
    expect(await diff([], access, print)).toBe(0);
    expect(printed).toContain("0 new, 0 changed, 0 gone, 0 withdrawn");
  });

  it("is changed by people alone: a start leaves what they published and withdrew", async () => {
    const { source: _, publishedAtMs: _at, priceVersion: _version, ...price } = {
      source: null,
      ...await priceOf("openai/gpt-4o") as EdgeModel,
    };
    const send = async (path: string, body: object) => {
      const response = await access.fetch(`http://ledger${path}`, {
        method: "POST",
        headers: { authorization: `Bearer ${access.token}` },
        body: JSON.stringify(body),
      });
      expect([response.status, await response.json()]).toMatchObject([200, {}]);
    };
    const ratesPicoUsdPerUnit = { input: "9", output: "9" };
    await send("/v1/prices", { ...price, ratesPicoUsdPerUnit, source: "by hand" });
    await send("/v1/prices/withdraw", { model: "openai/gpt-4.1", reason: "test" });
    await stop();
    await start();
    expect(await priceOf("openai/gpt-4o")).toMatchObject({
      priceVersion: 2,
      ratesPicoUsdPerUnit: { input: 9n, output: 9n },
    });
    expect(await priceOf("openai/gpt-4.1")).toMatchObject({ withdrawn: true, priceVersion: 1 });
  });

  it("is published again as it is shown, and by name what was withdrawn or held back", async () => {
    printed = "";
    expect(await publish([], access, print)).toBe(0);
    expect(printed).toContain("+ changed    openai/gpt-4o, price 2");
    expect(printed).toContain("! withdrawn  openai/gpt-4.1");
    expect(await priceOf("openai/gpt-4o")).toMatchObject({
      priceVersion: 3,
      ratesPicoUsdPerUnit: { input: 2_500_000n },
    });
    const names = ["--only", "openai/gpt-4.1", "--only", "openai/dall-e-3", "--held"];
    expect(await publish(names, access, print)).toBe(0);
    const back = await priceOf("openai/gpt-4.1");
    expect([back?.priceVersion, back?.withdrawn]).toEqual([2, undefined]);
    expect(await priceOf("openai/dall-e-3")).toMatchObject({ priceVersion: 1 });
    expect(await diff([], access, print)).toBe(0);
  });
});
