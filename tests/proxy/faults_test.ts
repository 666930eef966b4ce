import OpenAI from "openai";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { FAULT_MODELS, type Simulator, startSimulator } from "../../scripts/simulator/mod.ts";
import { createEffects, platformOf } from "../../shared/effects.ts";
import { composeProxy } from "../../proxy/compose.ts";
import { readProxyConfig } from "../../proxy/config.ts";
import type { Told } from "./fake_ledger.ts";
import { type Harness, startHarness } from "./harness.ts";

const effects = createEffects(platformOf(globalThis));
const messages = [{ role: "user" as const, content: "Mingalaba!" }];

let simulator: Simulator;
/** Gives up soon. */
let harness: Harness;
/** Has the usual patience: for what must succeed, however slow the machine is. */
let patient: Harness;

const start = (limits: Record<string, string>) =>
  startHarness({
    config: readProxyConfig({ SARGALAY_SIMULATOR_URL: simulator.url, ...limits }),
    models: ["gpt-4o-mini", ...Object.keys(FAULT_MODELS)],
    effects,
    fetch,
    compose: composeProxy,
  });

beforeAll(async () => {
  simulator = await startSimulator();
  patient = await start({});
  harness = await start({
    SARGALAY_PROXY_FIRST_BYTE_MS: "1000",
    SARGALAY_PROXY_IDLE_MS: "1000",
    SARGALAY_PROXY_TOTAL_MS: "20000",
  });
});

afterAll(async () => {
  await harness.stop();
  await patient.stop();
  await simulator.stop();
});

/** Runs a call to its end; how it went for the client, and what the ledger was told of its end. */
async function goes(
  model: string,
  stream: boolean,
  { client, ledger } = harness,
): Promise<{ error: InstanceType<typeof OpenAI.APIError> | null; text: string; end: Told }> {
  const before = ledger.ends().length;
  let text = "";
  let error = null;
  try {
    if (stream) {
      const chunks = await client.chat.completions.create({ model, messages, stream });
      for await (const chunk of chunks) text += chunk.choices[0]?.delta.content ?? "";
    } else {
      const answer = await client.chat.completions.create({ model, messages });
      text = answer.choices[0]?.message.content ?? "";
    }
  } catch (thrown) {
    if (!(thrown instanceof OpenAI.APIError)) throw thrown;
    error = thrown;
  }
  const [end] = (await ledger.ended(before + 1)).slice(before);
  if (end === undefined) throw new Error("the ledger was told of no end");
  return { error, text, end };
}

describe("an upstream that fails before its first byte costs nothing", () => {
  it.each([
    ["sim-400", 400, "invalid_value"],
    ["sim-401", 502, "upstream_authentication"],
    ["sim-404", 502, "upstream_not_found"],
    ["sim-429", 429, "upstream_rate_limited"],
    ["sim-500", 502, "upstream_error"],
    ["sim-529", 503, "upstream_overloaded"],
    ["sim-wrong-content-type", 502, "upstream_invalid_response"],
    ["sim-slow-first-byte", 504, "upstream_first_byte_timeout"],
  ])("%s becomes %d %s", async (model, status, code) => {
    for (const stream of [false, true]) {
      const { error, end } = await goes(model, stream);
      expect([error?.status, error?.code]).toEqual([status, code]);
      expect(error?.requestID).toMatch(/^[0-9a-f-]{36}$/);
      expect(end).toMatchObject({
        type: "ReleaseHold",
        body: { reason: "upstream_failed", call: { streaming: stream, attempts: [{}] } },
      });
    }
  });

  it("says when to try again, where the provider said so", async () => {
    const { error } = await goes("sim-429", false);
    expect(error?.headers?.get("retry-after")).toBe("7");
  });

  it.each([
    ["sim-garbage", "upstream_invalid_response"],
    ["sim-stream-error", "upstream_error"],
  ])("%s, not streamed, becomes %s", async (model, code) => {
    const { error, end } = await goes(model, false);
    expect(error?.code).toBe(code);
    expect(end).toMatchObject({
      type: "ReleaseHold",
      body: { reason: "upstream_failed", call: { attempts: [{ errorCode: code }] } },
    });
  });
});

describe("an answer that is not streamed and breaks off after it began", () => {
  it.each([
    ["sim-cut", 502, "upstream_stream_cut"],
    ["sim-stall", 504, "upstream_idle_timeout"],
  ])("%s becomes %d %s and is charged for what came", async (model, status, code) => {
    const { error, end } = await goes(model, false);
    expect([error?.status, error?.code]).toEqual([status, code]);
    expect(end).toMatchObject({
      type: "SettleHold",
      body: {
        evidence: "observed",
        call: {
          provider: "simulator",
          outcome: code,
          clientStatus: null,
          attempts: [{ status: 200, errorCode: code }],
        },
      },
    });
    const { input, output } = end.body.usage as Record<string, number>;
    expect(input).toBeGreaterThan(0);
    expect(output).toBeGreaterThan(0);
  });
});

describe("a stream that fails in its middle is charged for what was seen", () => {
  it.each([
    ["sim-cut", "upstream_stream_cut"],
    ["sim-stall", "upstream_idle_timeout"],
    ["sim-garbage", "upstream_invalid_response"],
    ["sim-stream-error", "upstream_error"],
  ])("%s ends with %s", async (model, code) => {
    const { error, text, end } = await goes(model, true);
    expect(error?.error).toMatchObject({ code });
    expect(text).toBe("This answer is");
    expect(end).toMatchObject({
      type: "SettleHold",
      body: { evidence: "observed", usage: { output: 4 }, call: { outcome: code } },
    });
  });
});

describe("an answer without usage", () => {
  it.each([false, true])("is charged by the documented estimate (streamed: %j)", async (stream) => {
    const { text, end } = await goes("sim-no-usage", stream, patient);
    expect(end).toMatchObject({
      type: "SettleHold",
      body: { evidence: "observed", usage: { output: Math.ceil(text.length / 4) } },
    });
  });
});

describe("usage in every chunk", () => {
  it("is cumulative: the last one counts", async () => {
    const { text, end } = await goes("sim-usage-every-chunk", true, patient);
    const tokens = text.match(/ ?[A-Za-z0-9]{1,12}|\s|[^\sA-Za-z0-9]/gu)?.length;
    expect(end).toMatchObject({
      type: "SettleHold",
      body: { evidence: "reported", usage: { output: tokens } },
    });
  });
});

describe("a large answer", () => {
  it.each([false, true])("passes whole (streamed: %j)", async (stream) => {
    const { text, end } = await goes("sim-large-body", stream, patient);
    expect(text).toHaveLength(10_000_000);
    expect(end).toMatchObject({ type: "SettleHold", body: { evidence: "reported" } });
  });
});

describe("a client that goes away after the first token", () => {
  it("leaves a settlement behind, and the upstream is told to stop", async () => {
    const before = harness.ledger.ends().length;
    const cancelled = simulator.stats.cancelled;
    const stream = await harness.client.chat.completions.create({
      model: "sim-paced",
      messages,
      stream: true,
    });
    for await (const chunk of stream) {
      if (chunk.choices[0]?.delta.content) break;
    }
    stream.controller.abort();
    const [end] = (await harness.ledger.ended(before + 1)).slice(before);
    expect(end).toMatchObject({
      type: "SettleHold",
      body: { evidence: "observed", call: { outcome: "client_gone", streaming: true } },
    });
    while (simulator.stats.cancelled === cancelled) await effects.timers.sleep(5);
  });
});
