import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Bus, createInProcessBus, subjects } from "../../shared/bus/mod.ts";
import { createEffects, platformOf } from "../../shared/effects.ts";
import type { JsonObject } from "../../shared/json.ts";
import { silentLog } from "../../shared/log.ts";
import { type EdgeConfig, followEdgeConfig } from "./mod.ts";

const real = createEffects(platformOf(globalThis));
const hash = (digit: number) => `${digit}`.repeat(64);
const key = (digit: number, revoked = false) => ({
  keyHash: hash(digit),
  keyId: `key-${digit}`,
  accountId: "acc",
  expiresAtMs: null,
  revoked,
});

let nowMs: number;
let bus: Bus;
let config: EdgeConfig;
/** The log of changes: the feed answers one a page. */
let changes: ReturnType<typeof key>[];
/** Goes out with the next page. */
let models: JsonObject[];
let away: boolean;
let asked: string[];

beforeEach(async () => {
  nowMs = 10_000;
  changes = [key(1), key(2), key(3)];
  models = [];
  away = false;
  asked = [];
  bus = createInProcessBus({ ...real });
  await bus.respond(subjects.config(0), "ledger", (request) => {
    const { afterPosition } = request as { afterPosition: string };
    asked.push(afterPosition);
    if (away) return Promise.reject(new Error("away"));
    const at = Number(afterPosition);
    return Promise.resolve({
      position: `${Math.min(at + 1, changes.length)}`,
      keys: changes.slice(at, at + 1),
      models: models.splice(0),
      more: at + 1 < changes.length,
    });
  });
  config = await followEdgeConfig({
    bus,
    effects: {
      ...real,
      clock: { nowMs: () => nowMs },
      timers: { ...real.timers, every: () => ({ cancel: () => {} }) },
    },
    log: silentLog,
    shards: 1,
    everyMs: 500,
    staleAfterMs: 5_000,
  });
});

afterEach(async () => {
  await config.stop();
  await bus.close();
});

describe("the edge's configuration", () => {
  it("is not fresh before every page was read, then goes on from the last position", async () => {
    expect([config.fresh(), config.ageMs()]).toEqual([false, null]);
    await config.refresh();
    expect([config.fresh(), config.ageMs()]).toEqual([true, 0]);
    expect(config.findKey(hash(3))).toMatchObject({ keyId: "key-3" });
    expect(config.findKey(hash(4))).toBeUndefined();
    await config.refresh();
    expect(asked.slice(0, 3)).toEqual(["0", "1", "2"]);
    expect(new Set(asked.slice(3))).toEqual(new Set(["3"]));
  });

  it("no longer finds a model that was withdrawn, until it is for sale again", async () => {
    await config.refresh();
    const model = {
      model: "model-1",
      displayName: "Model",
      ownedBy: "maker",
      contextWindowTokens: 1_000,
      maxOutputTokens: 100,
      ratesPicoUsdPerUnit: { input: "1", output: "2" },
      publishedAtMs: 1,
    };
    const states = [];
    for (const state of [model, { ...model, withdrawn: true }, { ...model, priceVersion: 2 }]) {
      models.push(state);
      changes.push(key(1));
      await config.refresh();
      states.push([config.findModel("model-1") !== undefined, config.models().length]);
    }
    expect(states).toEqual([[true, 1], [false, 0], [true, 1]]);
  });

  it("hears of a revoked key by broadcast", async () => {
    await config.refresh();
    changes.push(key(2, true));
    bus.publish(subjects.configChanged(0), { position: "4" });
    while (!config.findKey(hash(2))?.revoked) await real.timers.sleep(1);
  });

  it("becomes stale when the ledger stays away, and fresh again when it is back", async () => {
    await config.refresh();
    away = true;
    nowMs += 5_001;
    await config.refresh();
    expect(config.fresh()).toBe(false);
    away = false;
    await config.refresh();
    expect(config.fresh()).toBe(true);
  });
});
