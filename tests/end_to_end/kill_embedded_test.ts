import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { assertBooks, settled } from "./books.ts";
import { type EmbeddedSystem, startEmbedded } from "./embedded.ts";
import { balanceOf, eventually, newCustomer } from "./system.ts";
import { startTraffic } from "./traffic.ts";

const env = { SARGALAY_HOLD_TTL_MS: "3000" };

describe("the embedded product, killed in the middle of traffic", () => {
  let dataDir: string;
  let system: EmbeddedSystem;
  beforeAll(async () => {
    dataDir = await Deno.makeTempDir({ prefix: "sargalay-kill-" });
    system = await startEmbedded({ dataDir, env });
  }, 180_000);
  afterAll(async () => {
    await system?.stop();
    await Deno.remove(dataDir, { recursive: true });
  }, 60_000);

  it("comes back with every answer that a client saw charged exactly once", async () => {
    const customer = await newCustomer(system, 100_000);
    const complete: string[] = [];
    for (let round = 0; round < 2; round++) {
      const traffic = startTraffic(system, customer, 6);
      await eventually(() => Promise.resolve(traffic.completed() >= 30), "traffic flows");
      await system.kill("SIGKILL");
      complete.push(...(await traffic.stop()).complete);
      system = await startEmbedded({ dataDir, env });
    }
    const rows = await settled(system, customer.accountId, undefined, 60_000);
    const charged = new Set(
      rows.filter((row) => BigInt(row.chargedMicroKyat ?? "0") > 0n).map((row) => row.requestId),
    );
    expect(complete.filter((requestId) => !charged.has(requestId))).toEqual([]);
    expect(charged.size).toBeGreaterThanOrEqual(60);
    await assertBooks(system, customer.accountId);
  }, 240_000);

  it("refuses a second start on the same folder and says who holds it", async () => {
    const second = startEmbedded({ dataDir, env });
    await expect(second).rejects.toThrow(/held by|in use by|pid/i);
  }, 150_000);

  it("stops on SIGTERM with every settlement done", async () => {
    const customer = await newCustomer(system, 100_000);
    const traffic = startTraffic(system, customer, 4);
    await eventually(() => Promise.resolve(traffic.completed() >= 10), "traffic flows");
    const [status] = await Promise.all([system.kill("SIGTERM"), traffic.stop()]);
    expect(status.code).toBe(0);
    system = await startEmbedded({ dataDir, env });
    const balance = await balanceOf(system, customer.accountId);
    expect(balance.openHolds).toBe(0);
    await settled(system, customer.accountId);
    await assertBooks(system, customer.accountId);
  }, 180_000);
});
