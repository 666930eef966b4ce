import { afterEach, describe, expect, it, vi } from "vitest";
import { startSimulator } from "../../scripts/simulator/mod.ts";
import { createEffects, platformOf } from "../../shared/effects.ts";
import { silentLog } from "../../shared/log.ts";
import { composeProxy } from "../../proxy/compose.ts";
import { readProxyConfig } from "../../proxy/config.ts";
import { type AnswerReader, dialectOf } from "../../proxy/dialects/mod.ts";
import { startHarness } from "./harness.ts";

const effects = createEffects(platformOf(globalThis));
const chat = dialectOf("openai.chat.completions");
const soundReader = chat.reader;
const defect = () => {
  throw new Error("a defect of the dialect");
};

afterEach(() => void vi.restoreAllMocks());

/** A streamed call through a dialect with defects: what the client and the ledger were told. */
async function goes(defects: (sound: AnswerReader) => Partial<AnswerReader>) {
  vi.spyOn(chat, "reader").mockImplementation((request) => {
    const sound = soundReader(request);
    return { ...sound, ...defects(sound) };
  });
  const simulator = await startSimulator();
  const config = readProxyConfig({ SARGALAY_SIMULATOR_URL: simulator.url });
  const faults: unknown[] = [];
  const harness = await startHarness({
    config,
    models: ["sim-paced"],
    effects,
    fetch,
    compose: composeProxy,
    log: { ...silentLog, error: (event, fields) => faults.push([event, fields?.requestId]) },
  });
  const response = await harness.call("/v1/chat/completions", {
    method: "POST",
    body: JSON.stringify({
      model: "sim-paced",
      messages: [{ role: "user", content: "Mingalaba!" }],
      stream: true,
    }),
  });
  const text = await response.text();
  const [end] = await harness.ledger.ended(1);
  const requestId = response.headers.get("x-request-id");
  const unconfirmed = await harness.proxy.close();
  await harness.stop();
  await simulator.stop();
  return { text, end, faults, requestId, unconfirmed };
}

const failsLater = (sound: AnswerReader): Partial<AnswerReader> => ({
  streamStep: (state, chunk) => state.started ? defect() : sound.streamStep(state, chunk),
});

describe("a defect in the middle of a stream", () => {
  it.each<[string, (sound: AnswerReader) => Partial<AnswerReader>, unknown]>([
    ["what was seen is settled", failsLater, {
      type: "SettleHold",
      body: { evidence: "observed", call: { outcome: "internal_error" } },
    }],
    ["what was counted is settled when the rest cannot be counted", (sound) => ({
      ...failsLater(sound),
      streamCount: (state) => state.uncounted === "" ? state : defect(),
    }), { type: "SettleHold", body: { call: { outcome: "internal_error" } } }],
    ["the hold is released when nothing can be counted", (sound) => ({
      ...failsLater(sound),
      streamCount: defect,
    }), { type: "ReleaseHold", body: { call: { outcome: "internal_error" } } }],
  ])("ends the call: %s", async (_name, defects, expected) => {
    const { text, end, faults, requestId, unconfirmed } = await goes(defects);
    expect(end).toMatchObject(expected as object);
    expect(text).toContain('"code":"internal_error"');
    expect(faults[0]).toEqual(["stream_fault", requestId]);
    expect(unconfirmed).toBe(0);
  });
});
