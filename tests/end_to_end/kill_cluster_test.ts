import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { assertBooks, settled } from "./books.ts";
import { type ClusterSystem, startClusterSystem } from "./cluster.ts";
import { clientOf, eventually, newCustomer } from "./system.ts";
import { startTraffic } from "./traffic.ts";

const proxyEnv = { SARGALAY_HOLD_TTL_MS: "3000" };

describe("a cluster whose parts are killed in the middle of traffic", () => {
  let system: ClusterSystem;
  beforeAll(async () => {
    system = await startClusterSystem({ proxyEnv });
  }, 180_000);
  afterAll(async () => {
    await system?.stop();
  }, 90_000);

  it.each(["proxy-1", "ledger", "nats-server", "postgres", "projections"] as const)(
    "loses and doubles nothing when %s is killed with kill -9",
    async (victim) => {
      const customer = await newCustomer(system, 100_000);
      const traffic = startTraffic(system, customer, 6);
      await eventually(() => Promise.resolve(traffic.completed() >= 20), "traffic flows");
      await killAndRestart(system, victim);
      const before = traffic.completed();
      await eventually(
        () => Promise.resolve(traffic.completed() >= before + 20),
        "traffic flows again",
      );
      const { complete } = await traffic.stop();
      const rows = await settled(system, customer.accountId);
      const charged = new Set(
        rows.filter((row) => BigInt(row.chargedMicroKyat ?? "0") > 0n).map((row) => row.requestId),
      );
      expect(complete.filter((requestId) => !charged.has(requestId))).toEqual([]);
      await assertBooks(system, customer.accountId);
    },
    600_000,
  );

  it("refuses with 503 and retry-after while no ledger answers, and goes on after", async () => {
    const customer = await newCustomer(system, 1_000);
    const { ledger, "ledger-standby": standby } = system.cluster.processes;
    await Promise.all([ledger.kill(), standby.kill()]);
    const call = () =>
      clientOf(system, customer.apiKey).chat.completions
        .create({ model: "gpt-4o-mini", messages: [{ role: "user", content: "Hello" }] });
    const refused = await call().then(() => null, (error) => error);
    expect(refused).toMatchObject({ status: 503, code: "ledger_unavailable" });
    expect(refused.headers.get("retry-after")).toMatch(/^\d+$/);
    await Promise.all([ledger.start(), standby.start()]);
    await eventually(() => call().then(() => true), "calls are served again");
  }, 300_000);
});

async function killAndRestart(
  { cluster: { processes, servers } }: ClusterSystem,
  victim: "proxy-1" | "ledger" | "nats-server" | "postgres" | "projections",
): Promise<void> {
  switch (victim) {
    case "nats-server":
      await servers.nats!.kill("SIGKILL");
      return await servers.nats!.restart();
    case "postgres":
      await servers.postgres!.kill("SIGKILL");
      return await servers.postgres!.restart();
    default:
      await processes[victim].kill("SIGKILL");
      return await processes[victim].start();
  }
}
