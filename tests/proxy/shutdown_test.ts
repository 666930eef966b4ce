import { describe, expect, it } from "vitest";
import { startSimulator } from "../../scripts/simulator/mod.ts";
import { createEffects, platformOf } from "../../shared/effects.ts";
import { composeProxy } from "../../proxy/compose.ts";
import { readProxyConfig } from "../../proxy/config.ts";
import { type Harness, startHarness } from "./harness.ts";

const effects = createEffects(platformOf(globalThis));
const messages = [{ role: "user" as const, content: "Mingalaba!" }];
const json = JSON.stringify({ model: "gpt-4o-mini", messages });

async function start(drainMs: number, settings: Record<string, string> = {}) {
  const simulator = await startSimulator();
  const harness = await startHarness({
    config: readProxyConfig({
      SARGALAY_SIMULATOR_URL: simulator.url,
      SARGALAY_PROXY_DRAIN_MS: `${drainMs}`,
      ...settings,
    }),
    models: ["sim-paced", "sim-stall", "gpt-4o-mini"],
    effects,
    fetch,
    compose: composeProxy,
  });
  const stop = async () => {
    await simulator.stop();
    await harness.stop();
  };
  return { harness, stop };
}

describe("shutdown", () => {
  it("takes no new calls, and waits for the open one and its settlement", async () => {
    const { harness, stop } = await start(30_000);
    const stream = await harness.client.chat.completions.create({
      model: "sim-paced",
      messages,
      stream: true,
    });
    harness.ledger.dropNotices(1);
    const closed = harness.proxy.close();
    const refused = await harness.call("/v1/models");
    expect([refused.status, (await refused.json()).error.code]).toEqual([503, "shutting_down"]);
    let text = "";
    for await (const chunk of stream) text += chunk.choices[0]?.delta.content ?? "";
    expect(text).toContain("Mingalaba");
    expect(await closed).toBe(0);
    expect(harness.ledger.ends()).toHaveLength(1);
    await stop();
  });

  it("ends what still runs at its deadline, and settles it on what is known", async () => {
    const { harness, stop } = await start(100);
    const stream = await harness.client.chat.completions.create({
      model: "sim-stall",
      messages,
      stream: true,
    });
    expect(await harness.proxy.close()).toBe(0);
    const read = async () => {
      for await (const _ of stream);
    };
    await expect(read()).rejects.toMatchObject({ error: { code: "shutting_down" } });
    expect(harness.ledger.ends()).toMatchObject([
      { type: "SettleHold", body: { evidence: "observed", call: { outcome: "shutting_down" } } },
    ]);
    await stop();
  });
});

/** A call whose body is complete when `finish` is called; `reading` once it is being read. */
function slowCall(harness: Harness) {
  const reading = Promise.withResolvers<void>();
  const finished = Promise.withResolvers<void>();
  const body = new ReadableStream<Uint8Array<ArrayBuffer>>({
    async pull(controller) {
      reading.resolve();
      await finished.promise;
      controller.enqueue(new TextEncoder().encode(json));
      controller.close();
    },
  }, { highWaterMark: 0 });
  const request = new Request(`${harness.url}/v1/chat/completions`, {
    method: "POST",
    headers: { authorization: `Bearer ${harness.secret}` },
    body,
  });
  const answered = harness.proxy.fetch(request).then(async (response) => ({
    status: response.status,
    retryAfter: response.headers.get("retry-after"),
    code: (await response.json()).error?.code ?? null,
  }));
  return { answered, reading: reading.promise, finish: finished.resolve };
}

describe("a call that shutdown meets before its upstream was called", () => {
  const refused = { status: 503, retryAfter: "1", code: "shutting_down" };

  it("is waited for and refused while its body arrives", async () => {
    const { harness, stop } = await start(30_000);
    const { answered, reading, finish } = slowCall(harness);
    await reading;
    let closed = false;
    const closing = harness.proxy.close().then((left) => {
      closed = true;
      return left;
    });
    await effects.timers.sleep(50);
    expect(closed).toBe(false);
    finish();
    expect(await answered).toEqual(refused);
    expect(await closing).toBe(0);
    expect(harness.ledger.told).toEqual([]);
    await stop();
  });

  it("is waited for and refused while it waits for its hold, which is released", async () => {
    const { harness, stop } = await start(30_000);
    const release = harness.ledger.keepHoldsWaiting();
    const answer = harness.call("/v1/chat/completions", {
      method: "POST",
      body: json,
    });
    while (harness.ledger.told.length === 0) await effects.timers.sleep(5);
    const closing = harness.proxy.close();
    release();
    const response = await answer;
    expect(response.status).toBe(refused.status);
    expect((await response.json()).error.code).toBe(refused.code);
    expect(await closing).toBe(0);
    expect(harness.ledger.ends()).toMatchObject([{
      type: "ReleaseHold",
      body: { reason: "upstream_not_called", call: { outcome: "shutting_down", attempts: [] } },
    }]);
    await stop();
  });
});

describe("more open calls than are allowed", () => {
  it.each([
    ["SARGALAY_PROXY_MAX_OPEN_CALLS"],
    ["SARGALAY_PROXY_MAX_OPEN_CALLS_PER_KEY"],
  ])("are refused before their body is read (%s)", async (setting) => {
    const { harness, stop } = await start(30_000, { [setting]: "1" });
    const stream = await harness.client.chat.completions.create({
      model: "sim-paced",
      messages,
      stream: true,
    });
    const slow = slowCall(harness);
    expect(await slow.answered).toEqual({
      status: 429,
      retryAfter: "1",
      code: "too_many_requests",
    });
    slow.finish();
    for await (const _ of stream);
    const next = await harness.call("/v1/chat/completions", {
      method: "POST",
      body: json,
    });
    expect(next.status).toBe(200);
    await next.body?.cancel();
    await stop();
  });
});

describe("without a ledger", () => {
  it("a proxy answers 503 with retry-after, and its health says why", async () => {
    const { harness, stop } = await start(0);
    await harness.ledger.stop();
    const health = async () => (await (await harness.call("/health")).json()).ledger_config;
    while (await health() !== "stale") await effects.timers.sleep(100);
    const response = await harness.call("/v1/chat/completions", { method: "POST", body: "{}" });
    expect(response.status).toBe(503);
    expect(response.headers.get("retry-after")).toBe("1");
    expect((await response.json()).error.code).toBe("ledger_unavailable");
    await stop();
  });
});
