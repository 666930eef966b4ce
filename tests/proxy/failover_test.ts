import Anthropic from "@anthropic-ai/sdk";
import { afterEach, describe, expect, it } from "vitest";
import { composeProxy } from "../../proxy/compose.ts";
import { readProxyConfig } from "../../proxy/config.ts";
import { type Simulator, startSimulator } from "../../scripts/simulator/mod.ts";
import { createEffects, platformOf } from "../../shared/effects.ts";
import { type Harness, startHarness } from "./harness.ts";

const effects = createEffects(platformOf(globalThis));
const running: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const stop of running.splice(0).reverse()) await stop();
});

interface World extends Harness {
  readonly simulators: readonly Simulator[];
}

/** Unlike providers in the order in which they are tried, each with the model that it serves `m` by. */
async function start(
  order: readonly (readonly [profile: string, upstreamModel: string])[],
): Promise<World> {
  const simulators = await Promise.all(order.map(() => startSimulator()));
  running.push(...simulators.map((simulator) => () => simulator.stop()));
  const upstreams = order.map(([profile, upstreamModel], index) => ({
    name: `${profile}-simulated`,
    profile,
    // Google's paths name their own version.
    baseUrl: `${simulators[index]?.url}${profile === "google" ? "" : "/v1"}`,
    apiKey: "any",
    models: { m: upstreamModel },
    simulated: true,
  }));
  const harness = await startHarness({
    config: readProxyConfig({
      SARGALAY_UPSTREAMS: JSON.stringify(upstreams),
      SARGALAY_PROXY_IDLE_MS: "200",
      SARGALAY_PROXY_FIRST_BYTE_MS: "2000",
    }),
    models: ["m"],
    effects,
    fetch,
    compose: composeProxy,
  });
  running.push(() => harness.stop());
  return { ...harness, simulators };
}

const messages = [{ role: "user" as const, content: "Mingalaba! How are you?" }];
const WORKS = "any-model";
const FORTH = ["groq", "anthropic", "google"] as const;
const BACK = ["google", "anthropic", "groq"] as const;

/** What breaks before the first byte, in whichever protocol. */
const FAULTS = [
  "sim-500",
  "sim-429",
  "sim-529",
  "sim-401",
  "sim-404",
  "sim-wrong-content-type",
] as const;
/** What shows only when a whole answer is read. */
const WHOLE_FAULTS = ["sim-garbage", "sim-cut", "sim-stall", "sim-stream-error"] as const;

const chain = (order: readonly string[], fault: string) =>
  order.map((profile, index): readonly [string, string] => [
    profile,
    index < order.length - 1 ? fault : WORKS,
  ]);

/** The one settlement of the one hold. */
async function charged({ ledger }: World) {
  const ends = await ledger.ended(1);
  const holds = ledger.told.filter(({ type }) => type === "PlaceHold");
  expect([holds.length, ends.map(({ type }) => type)]).toEqual([1, ["SettleHold"]]);
  return ends[0]?.body as {
    usage: { input: number; output: number };
    evidence: string;
    call: { provider: string; attempts: { provider: string; errorCode: string | null }[] };
  };
}

async function streamed({ client }: World) {
  const { data, response } = await client.chat.completions.create({
    model: "m",
    messages,
    stream: true,
    stream_options: { include_usage: true },
  }).withResponse();
  let text = "";
  let usage: { prompt_tokens: number; completion_tokens: number } | null = null;
  for await (const chunk of data) {
    text += chunk.choices[0]?.delta.content ?? "";
    usage = chunk.usage ?? usage;
  }
  return { text, usage, response };
}

async function whole({ client }: World) {
  const { data, response } = await client.chat.completions.create({ model: "m", messages })
    .withResponse();
  return { text: data.choices[0]?.message.content ?? "", usage: data.usage ?? null, response };
}

describe.each([["forth", FORTH], ["back", BACK]] as const)(
  "a call in OpenAI's words falls %s over unlike providers",
  (_direction, order) => {
    const cases = [
      ...FAULTS.flatMap((fault) =>
        [["whole", fault, whole], ["streamed", fault, streamed]] as const
      ),
      ...WHOLE_FAULTS.map((fault) => ["whole", fault, whole] as const),
    ];

    it.each(cases)("%s, after %s, and is charged once", async (_form, fault, call) => {
      const world = await start(chain(order, fault));
      const { text, usage, response } = await call(world);
      expect(text).toContain("This answer is simulated");
      expect(text).toContain("Mingalaba! How are you?");
      expect(response.headers.get("x-sargalay-provider")).toBe(`${order[2]}-simulated`);
      expect(response.headers.get("x-sargalay-simulated")).toBe("true");
      const { usage: settled, call: facts, evidence } = await charged(world);
      expect(facts.attempts.map(({ provider }) => provider)).toEqual(
        order.map((profile) => `${profile}-simulated`),
      );
      expect(facts.attempts.map(({ errorCode }) => errorCode === null)).toEqual([
        false,
        false,
        true,
      ]);
      expect(evidence).toBe("reported");
      expect(settled).toMatchObject({
        input: usage?.prompt_tokens,
        output: usage?.completion_tokens,
      });
      expect(world.simulators.map(({ stats }) => stats.requests)).toEqual([1, 1, 1]);
    });

    it("and no further than to the first that has begun to answer", async () => {
      const world = await start([[order[0], "sim-500"], [order[1], "sim-stream-error"], [
        order[2],
        WORKS,
      ]]);
      await expect(streamed(world)).rejects.toThrow();
      const { evidence, call, usage } = await charged(world);
      expect([evidence, call.provider]).toEqual(["observed", `${order[1]}-simulated`]);
      expect(usage.output).toBeGreaterThan(0);
      expect(world.simulators[2]?.stats.requests).toBe(0);
    });

    it("and gives the hold back when none of them answers", async () => {
      const world = await start(order.map((profile) => [profile, "sim-529"] as const));
      await expect(whole(world)).rejects.toMatchObject({ status: 503 });
      expect((await world.ledger.ended(1)).map(({ type }) => type)).toEqual(["ReleaseHold"]);
    });

    it("but not when it is the request that is wrong", async () => {
      const world = await start([[order[0], "sim-400"], [order[1], WORKS], [order[2], WORKS]]);
      await expect(whole(world)).rejects.toMatchObject({ status: 400 });
      expect(world.simulators.map(({ stats }) => stats.requests)).toEqual([1, 0, 0]);
      expect((await world.ledger.ended(1)).map(({ type }) => type)).toEqual(["ReleaseHold"]);
    });
  },
);

describe("a call in another protocol's words", () => {
  it.each([false, true])(
    "falls from Anthropic over Gemini to Groq (streamed: %s)",
    async (stream) => {
      const world = await start(chain(["anthropic", "google", "groq"], "sim-529"));
      const client = new Anthropic({ baseURL: world.url, apiKey: world.secret, maxRetries: 0 });
      const body = { model: "m", max_tokens: 500, messages };
      const message = stream
        ? await client.messages.stream(body).finalMessage()
        : await client.messages.create(body);
      const [block] = message.content;
      expect(block?.type === "text" && block.text).toContain("simulated");
      const { usage, call } = await charged(world);
      expect(call.provider).toBe("groq-simulated");
      expect(usage).toMatchObject({
        input: message.usage.input_tokens,
        output: message.usage.output_tokens,
      });
    },
  );

  it.each(["generateContent", "streamGenerateContent?alt=sse", "streamGenerateContent"])(
    "falls from Gemini over Groq to Anthropic (%s)",
    async (action) => {
      const world = await start(chain(["google", "groq", "anthropic"], "sim-500"));
      const response = await world.call(`/v1beta/models/m:${action}`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ contents: [{ role: "user", parts: [{ text: "Mingalaba!" }] }] }),
      });
      expect(response.status).toBe(200);
      expect(await response.text()).toContain("simulated");
      expect((await charged(world)).call.provider).toBe("anthropic-simulated");
    },
  );
});

describe("the router free-first over six simulated providers", () => {
  const CHAIN = ["groq", "sambanova", "cerebras", "gemini", "openrouter", "simulator"];

  /** Starts the providers under the names in the router's chain; the first of them fail. */
  async function startChain(failing: number) {
    const simulators = await Promise.all(CHAIN.map(() => startSimulator()));
    running.push(...simulators.map((simulator) => () => simulator.stop()));
    const upstreams = CHAIN.map((name, index) => ({
      name,
      profile: name === "gemini" ? "google" : name,
      baseUrl: `${simulators[index]?.url}${name === "gemini" ? "" : "/v1"}`,
      models: { m: index < failing ? "sim-500" : WORKS },
      simulated: true,
    }));
    const harness = await startHarness({
      config: readProxyConfig({ SARGALAY_UPSTREAMS: JSON.stringify(upstreams) }),
      models: ["m"],
      effects,
      fetch,
      compose: composeProxy,
    });
    running.push(() => harness.stop());
    return { ...harness, simulators };
  }

  it.each([0, 1, 2, 3, 4, 5])("is served by the next one when %i have failed", async (failing) => {
    const world = await startChain(failing);
    const { data, response } = await world.client.chat.completions.create({
      model: "free-first",
      messages,
    }).withResponse();
    expect(data.choices[0]?.message.content).toContain("simulated");
    expect(response.headers.get("x-sargalay-provider")).toBe(CHAIN[failing]);
    const { call } = await charged(world);
    expect(call.attempts.map(({ provider }) => provider)).toEqual(CHAIN.slice(0, failing + 1));
    expect(world.simulators.map(({ stats }) => stats.requests)).toEqual(
      CHAIN.map((_name, index) => index <= failing ? 1 : 0),
    );
  });

  it("costs nothing when all of them have failed", async () => {
    const world = await startChain(6);
    await expect(world.client.chat.completions.create({ model: "free-first", messages }))
      .rejects.toMatchObject({ status: 502 });
    expect((await world.ledger.ended(1)).map(({ type }) => type)).toEqual(["ReleaseHold"]);
  });
});
