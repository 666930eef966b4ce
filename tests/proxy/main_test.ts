import { describe, expect, it } from "vitest";
import { connectNats, connectNatsBus } from "../../shared/bus/nats/mod.ts";
import { createEffects, platformOf } from "../../shared/effects.ts";
import { createApiKey } from "../../shared/ids/mod.ts";
import { startSimulator } from "../../scripts/simulator/mod.ts";
import { startNats } from "../servers/mod.ts";
import { startFakeLedger } from "./fake_ledger.ts";

const effects = createEffects(platformOf(globalThis));
const main = new URL("../../proxy/main.ts", import.meta.url).pathname;

/** Starts the process as it is deployed: with the network and the environment, and nothing else. */
function spawn(env: Record<string, string>, options: readonly string[] = []) {
  return new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-check", "--no-prompt", "--allow-net", "--allow-env", ...options, main],
    env,
    stdout: "piped",
    stderr: "piped",
  }).spawn();
}

/** Reads log lines until one tells the port; what follows is read away. */
async function portOf(stdout: ReadableStream<Uint8Array<ArrayBuffer>>): Promise<number> {
  const lines = stdout.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  for (;;) {
    const { done, value } = await lines.read();
    if (done) throw new Error(`the proxy ended early: ${text}`);
    text += value;
    const found = /"event":"proxy_listening".*"port":(\d+)/.exec(text);
    if (!found) continue;
    void (async () => {
      while (!(await lines.read()).done);
    })();
    return Number(found[1]);
  }
}

describe("the proxy as a process", () => {
  it.each(["url", "wsUrl"] as const)(
    "serves a call over NATS by %s, and SIGTERM waits for its settlement",
    async (which) => {
      const nats = await startNats();
      const simulator = await startSimulator();
      const connection = await connectNats(nats.url, { name: "test", timers: effects.timers });
      const bus = connectNatsBus(connection, { ...effects });
      const { secret, hash } = createApiKey(effects.random);
      const ledger = await startFakeLedger({ bus, keyHash: hash, models: ["sim-paced"] });
      const child = spawn({
        NATS_URL: nats[which],
        SARGALAY_SIMULATOR_URL: simulator.url,
        SARGALAY_PROXY_PORT: "0",
      });
      const errors = new Response(child.stderr).text();
      const url = `http://127.0.0.1:${await portOf(child.stdout)}`;
      for (;;) {
        const health = await fetch(`${url}/health`);
        await health.body?.cancel();
        if (health.ok) break;
        await effects.timers.sleep(20);
      }
      const response = await fetch(`${url}/v1/chat/completions`, {
        method: "POST",
        headers: { authorization: `Bearer ${secret}` },
        body: JSON.stringify({
          model: "sim-paced",
          stream: true,
          messages: [{ role: "user", content: "Mingalaba!" }],
        }),
      });
      expect(response.status).toBe(200);
      child.kill("SIGTERM");
      expect(await response.text()).toContain("[DONE]");
      expect([(await child.status).code, await errors]).toEqual([0, ""]);
      expect(ledger.ends()).toMatchObject([{ type: "SettleHold", body: { evidence: "reported" } }]);
      await ledger.stop();
      await bus.close();
      await simulator.stop();
      await nats.stop();
    },
  );

  it("outlives a rejection that nobody handles", async () => {
    const nats = await startNats();
    const stray = `const write = console.log;
      console.log = (line) => {
        write(line);
        if (line.includes("proxy_listening")) Promise.reject(new Error("stray"));
      };`;
    const child = spawn({
      NATS_URL: nats.url,
      SARGALAY_SIMULATOR_URL: "http://127.0.0.1:9",
      SARGALAY_PROXY_PORT: "0",
    }, [`--preload=data:text/javascript,${encodeURIComponent(stray)}`]);
    const [kept, read] = child.stdout.tee();
    const log = new Response(kept).text();
    const url = `http://127.0.0.1:${await portOf(read)}`;
    for (let round = 0; round < 3; round++) {
      expect((await (await fetch(`${url}/health`)).json()).status).toBeDefined();
    }
    child.kill("SIGTERM");
    expect([(await child.status).code, await new Response(child.stderr).text()]).toEqual([0, ""]);
    expect(await log).toMatch(/"level":"error".*"event":"unhandled_rejection".*stray/);
    await nats.stop();
  });

  it("does not start with a bad setting, and names it", async () => {
    const child = spawn({ SARGALAY_PROXY_PORT: "eighty", NATS_URL: "nats://127.0.0.1:1" });
    const [errors, { code }] = await Promise.all([
      new Response(child.stderr).text(),
      child.status,
      child.stdout.cancel(),
    ]);
    expect(code).toBe(1);
    expect(errors).toContain("SARGALAY_PROXY_PORT");
  });
});
