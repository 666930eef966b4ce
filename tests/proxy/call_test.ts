import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Simulator, startSimulator } from "../../scripts/simulator/mod.ts";
import { createEffects, platformOf } from "../../shared/effects.ts";
import { composeProxy } from "../../proxy/compose.ts";
import { readProxyConfig } from "../../proxy/config.ts";
import { type Harness, startHarness } from "./harness.ts";

const effects = createEffects(platformOf(globalThis));
const messages = [{ role: "user" as const, content: "Mingalaba!" }];

let simulator: Simulator;
let harness: Harness;

beforeAll(async () => {
  simulator = await startSimulator();
  harness = await startHarness({
    config: readProxyConfig({ SARGALAY_SIMULATOR_URL: simulator.url }),
    models: ["gpt-4o-mini", "sim-paced"],
    effects,
    fetch,
    compose: composeProxy,
  });
});

afterAll(async () => {
  await harness.stop();
  await simulator.stop();
});

describe("a call that is not streamed", () => {
  it("is held, answered, metered and settled", async () => {
    const before = harness.ledger.ends().length;
    const response = await harness.client.chat.completions.create({
      model: "gpt-4o-mini",
      messages,
    }).withResponse();
    expect(response.data.choices[0]?.message.content).toContain("simulated");
    const [end] = (await harness.ledger.ended(before + 1)).slice(before);
    expect(end).toMatchObject({
      type: "SettleHold",
      body: {
        usage: {
          input: response.data.usage?.prompt_tokens,
          output: response.data.usage?.completion_tokens,
        },
        evidence: "reported",
        call: { outcome: "completed", simulated: true, provider: "simulator" },
      },
    });
    expect(response.response.headers.get("x-sargalay-cost")).toBe(
      `${response.data.usage?.total_tokens}`,
    );
  });
});

describe("a call that is streamed", () => {
  it("hides the usage chunk from who did not ask", async () => {
    const before = harness.ledger.ends().length;
    const stream = await harness.client.chat.completions.create({
      model: "gpt-4o-mini",
      messages,
      stream: true,
    });
    let text = "";
    for await (const chunk of stream) {
      expect(chunk.choices).toHaveLength(1);
      text += chunk.choices[0]?.delta.content ?? "";
    }
    expect(text).toContain("You wrote: Mingalaba!");
    const [end] = (await harness.ledger.ended(before + 1)).slice(before);
    expect(end).toMatchObject({ type: "SettleHold", body: { evidence: "reported" } });
  });

  it("tells who asked what it cost", async () => {
    const stream = await harness.client.chat.completions.create({
      model: "gpt-4o-mini",
      messages,
      stream: true,
      stream_options: { include_usage: true },
    });
    let usage: unknown = null;
    for await (const chunk of stream) usage = chunk.usage ?? usage;
    expect(usage).toMatchObject({
      cost: `${(usage as { total_tokens: number }).total_tokens}`,
      cost_currency: "MMK",
    });
  });
});
