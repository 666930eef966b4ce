import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type RunningCluster, startCluster, type UnexpectedEnd } from "./mod.ts";
import { type ClusterPorts, planProcesses } from "./plan.ts";
import { readClusterSettings } from "./settings.ts";

const DEADLINE_MS = 120_000;

/** Makes a small call; resolves to its status and body. */
async function call(proxyUrl: string, apiKey: string) {
  const response = await fetch(`${proxyUrl}/v1/chat/completions`, {
    method: "POST",
    headers: { authorization: `Bearer ${apiKey}`, "content-type": "application/json" },
    body: JSON.stringify({
      model: "gpt-4o-mini",
      max_tokens: 16,
      messages: [{ role: "user", content: "Mingalaba!" }],
    }),
    signal: AbortSignal.timeout(DEADLINE_MS),
  });
  return { status: response.status, body: await response.text() };
}

/** Calls until one is served; throws with the last answer at the deadline. */
async function untilServed(proxyUrl: string, apiKey: string): Promise<void> {
  const until = performance.now() + DEADLINE_MS;
  while (true) {
    const { status, body } = await call(proxyUrl, apiKey);
    if (status === 200) return;
    if (performance.now() > until) throw new Error(`still not served: ${status} ${body}`);
    // What a client tries again by itself; anything else would be told to its user.
    expect([502, 503, 504]).toContain(status);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

async function role(url: string): Promise<string> {
  const health = await (await fetch(`${url}/health`)).json();
  return health.shards[0].role;
}

describe("a cluster", () => {
  let dataDir = "";
  let cluster: RunningCluster;
  const ends: UnexpectedEnd[] = [];
  const start = () => startCluster({ dataDir, onUnexpectedEnd: (end) => ends.push(end) });
  beforeAll(async () => {
    dataDir = await Deno.makeTempDir({ prefix: "sargalay-cluster-test-" });
    await Deno.chmod(dataDir, 0o755);
    cluster = await start();
  });
  afterAll(async () => {
    expect(await cluster.stop()).toEqual([]);
    await Deno.remove(dataDir, { recursive: true });
  });

  it("serves paid calls through both proxies, one on TCP and one on WebSocket", async () => {
    const { demo } = cluster;
    expect(demo.proxyUrls.length).toBe(2);
    for (const url of demo.proxyUrls) expect((await call(url, demo.apiKey)).status).toBe(200);
  });

  it("writes down where everything is", async () => {
    const written = JSON.parse(await Deno.readTextFile(cluster.demoFile));
    expect(written).toEqual({ ...cluster.demo });
    expect(Object.keys(written.pids).length).toBe(7);
  });

  it("is the only one on its folder", async () => {
    await expect(start()).rejects.toThrow(/another cluster uses/);
  });

  it("goes on with the standby when the ledger is killed, and takes the old one back", async () => {
    const { demo, processes } = cluster;
    expect(await role(processes["ledger-standby"].url)).toBe("standby");
    await processes.ledger.kill();
    for (const url of demo.proxyUrls) await untilServed(url, demo.apiKey);
    expect(await role(processes["ledger-standby"].url)).toBe("owner");
    await processes.ledger.start();
    expect(await role(processes.ledger.url)).toBe("standby");
  });

  it("goes on when nats-server is killed and comes back", async () => {
    const { demo, servers } = cluster;
    await servers.nats?.kill();
    await servers.nats?.restart();
    for (const url of demo.proxyUrls) await untilServed(url, demo.apiKey);
  });

  it("tells of a process that ends by itself", async () => {
    const { simulator } = cluster.processes;
    expect(ends).toEqual([]);
    simulator.signal("SIGKILL");
    const until = performance.now() + DEADLINE_MS;
    while (ends.length === 0 && performance.now() < until) {
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    expect(ends).toMatchObject([{ name: "simulator", signal: "SIGKILL" }]);
    await simulator.start();
  });

  it("goes on where it was after a restart", async () => {
    const before = cluster.demo;
    expect(await cluster.stop()).toEqual([]);
    cluster = await start();
    expect(cluster.demo.apiKey).toBe(before.apiKey);
    expect(cluster.demo.users).toEqual(before.users);
    for (const url of cluster.demo.proxyUrls) {
      expect((await call(url, before.apiKey)).status).toBe(200);
    }
  });
});

describe("the plan of a cluster", () => {
  it.each(
    [
      ["simulator", "catalogue+simulator"],
      ["environment", "catalogue"],
    ] as const,
  )("whose upstream is the %s sells %s", (upstream, seed) => {
    const plan = planProcesses({
      ports: readClusterSettings({}).ports as ClusterPorts,
      databaseUrl: "postgres://localhost/none",
      natsUrl: "nats://localhost",
      natsWebSocketUrl: null,
      serviceSecret: "secret",
      sessionSecret: "secret",
      users: [],
      shards: 1,
      upstream,
      extraEnv: {},
      masterKeys: "mk:none",
      checkpointKeyFile: "/keys/checkpoint",
      checkpointDir: "/data/checkpoints",
    });
    expect(plan.ledger.env.SARGALAY_SEED).toBe(seed);
    expect(plan["ledger-standby"].env.SARGALAY_SEED).toBe(seed);
    for (const name of ["ledger", "ledger-standby", "proxy-1", "proxy-2"] as const) {
      expect(plan[name].env.SARGALAY_MASTER_KEYS).toBe("mk:none");
    }
    expect(plan.web.env.SARGALAY_MASTER_KEYS ?? plan.projections.env.SARGALAY_MASTER_KEYS)
      .toBeUndefined();
  });
});

describe("the settings of a cluster", () => {
  it("put the second proxy and ledger ten ports above the first", () => {
    expect(readClusterSettings({}).ports).toEqual({
      "proxy-1": 8787,
      "proxy-2": 8797,
      "ledger": 8788,
      "ledger-standby": 8798,
      "projections": 8789,
      "simulator": 8790,
      "web": 8000,
    });
    const ports =
      readClusterSettings({ SARGALAY_PROXY_PORT: "0", SARGALAY_LEDGER_PORT: "1" }).ports;
    expect(ports).toMatchObject({ "proxy-1": 0, "proxy-2": 0, "ledger": 1, "ledger-standby": 11 });
  });

  it.each([
    [{}, "simulator"],
    [{ OPENAI_API_KEY: "" }, "simulator"],
    [{ OPENAI_API_KEY: "sk-1" }, "environment"],
    [{ SARGALAY_UPSTREAMS: "[]" }, "environment"],
  ])("with %j have the upstream %s", (environment, upstream) => {
    expect(readClusterSettings(environment).upstream).toBe(upstream);
  });

  it("that are wrong are named, without their values", () => {
    const read = () =>
      readClusterSettings({ SARGALAY_WEB_PORT: "web", SARGALAY_SERVICE_SECRET: "hunter2" });
    expect(read).toThrow(/SARGALAY_WEB_PORT/);
    expect(read).toThrow(/SARGALAY_SERVICE_SECRET/);
    expect(read).not.toThrow(/hunter2/);
  });
});
