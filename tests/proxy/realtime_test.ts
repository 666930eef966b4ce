import { OpenAIRealtimeWebSocket } from "openai/realtime/websocket";
import { describe, expect, it } from "vitest";
import { composeProxy } from "../../proxy/compose.ts";
import { readProxyConfig } from "../../proxy/config.ts";
import { createEffects, platformOf } from "../../shared/effects.ts";
import { type Harness, startHarness } from "./harness.ts";

const effects = createEffects(platformOf(globalThis));
const MODEL = "gpt-realtime";
const usage = {
  total_tokens: 180,
  input_tokens: 120,
  output_tokens: 60,
  input_token_details: {
    text_tokens: 40,
    audio_tokens: 80,
    cached_tokens: 32,
    cached_tokens_details: { text_tokens: 16, audio_tokens: 16 },
  },
  output_token_details: { text_tokens: 10, audio_tokens: 50 },
};

interface Provider {
  readonly url: string;
  /** What each session was asked with. */
  readonly asked: { readonly url: string; readonly authorization: string | null }[];
  /** What the client said, as the provider got it. */
  readonly heard: Record<string, unknown>[];
  /** Sends a message in all open sessions. */
  say(message: unknown): void;
  drop(): void;
  stop(): Promise<void>;
}

/** A provider that answers each `response.create`, the last part only when `finish` says so. */
function startProvider(finish: () => boolean = () => true): Provider {
  const sockets = new Set<WebSocket>();
  const asked: Provider["asked"] = [];
  const heard: Provider["heard"] = [];
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, (request) => {
    asked.push({ url: request.url, authorization: request.headers.get("authorization") });
    const { socket, response } = Deno.upgradeWebSocket(request);
    const say = (message: unknown) => socket.send(JSON.stringify(message));
    socket.onopen = () => {
      sockets.add(socket);
      say({ type: "session.created", session: { model: MODEL } });
    };
    socket.onclose = () => sockets.delete(socket);
    socket.onmessage = ({ data }) => {
      const message = JSON.parse(data);
      heard.push(message);
      if (message.type !== "response.create") return;
      say({ type: "response.created", response: { id: "r" } });
      say({ type: "response.output_text.delta", delta: "mingalaba" });
      if (finish()) say({ type: "response.done", response: { id: "r", usage } });
    };
    return response;
  });
  return {
    url: `http://127.0.0.1:${server.addr.port}/v1`,
    asked,
    heard,
    say: (message) => sockets.forEach((socket) => socket.send(JSON.stringify(message))),
    drop: () => sockets.forEach((socket) => socket.close()),
    stop: () => server.shutdown(),
  };
}

async function start(provider: Provider): Promise<Harness> {
  const upstream = {
    name: "openai",
    profile: "openai",
    baseUrl: provider.url,
    apiKey: "sk-theirs",
    models: [MODEL],
  };
  return await startHarness({
    config: readProxyConfig({ SARGALAY_UPSTREAMS: JSON.stringify([upstream]) }),
    models: [MODEL],
    effects,
    fetch,
    compose: composeProxy,
  });
}

interface Client {
  readonly messages: { readonly type: string; readonly [member: string]: unknown }[];
  readonly closed: Promise<{ code: number; reason: string }>;
  say(message: unknown): void;
  /** Resolves when a message of this type has come `times` times. */
  until(type: string, times?: number): Promise<void>;
  close(): void;
}

async function connect(harness: Harness, query = `model=${MODEL}`): Promise<Client> {
  const url = `${harness.url.replace("http", "ws")}/v1/realtime?${query}&key=${harness.secret}`;
  const socket = new WebSocket(url);
  const messages: Client["messages"] = [];
  let wake = () => {};
  socket.onmessage = ({ data }) => {
    messages.push(JSON.parse(data));
    wake();
  };
  const closed = new Promise<{ code: number; reason: string }>((resolve) =>
    socket.onclose = ({ code, reason }) => resolve({ code, reason })
  );
  await new Promise((resolve) => socket.onopen = resolve);
  return {
    messages,
    closed,
    say: (message) => socket.send(JSON.stringify(message)),
    async until(type, times = 1) {
      while (messages.filter((each) => each.type === type).length < times) {
        await new Promise<void>((resolve) => wake = resolve);
      }
    },
    close: () => socket.close(),
  };
}

const settled = (harness: Harness) =>
  harness.ledger.ends().filter(({ type }) => type === "SettleHold").map(({ body }) => body);
const holds = (harness: Harness) => harness.ledger.told.filter(({ type }) => type === "PlaceHold");

describe("a realtime session", () => {
  it("settles each answer by its own report, and gives back what nothing used", async () => {
    const provider = startProvider();
    const harness = await start(provider);
    const client = await connect(harness);
    for (const times of [1, 2]) {
      client.say({ type: "response.create" });
      await client.until("response.done", times);
    }
    client.close();
    const ends = await harness.ledger.ended(3);
    expect(settled(harness).map(({ usage, evidence }) => ({ usage, evidence }))).toEqual([1, 2].map(
      () => ({
        usage: {
          input: 24,
          cached_input: 32,
          audio_input: 64,
          output: 10,
          audio_output: 50,
        },
        evidence: "reported",
      }),
    ));
    expect(ends.filter(({ type }) => type === "ReleaseHold")).toHaveLength(1);
    expect(holds(harness)).toHaveLength(3);
    expect(provider.asked).toEqual([{
      url: `${provider.url}/realtime?model=${MODEL}`,
      authorization: "Bearer sk-theirs",
    }]);
    await harness.stop();
    await provider.stop();
  });

  it("is not opened without a hold, and the provider hears nothing of it", async () => {
    const provider = startProvider();
    const harness = await start(provider);
    harness.ledger.refuse("insufficient_credit");
    const response = await harness.call(`/v1/realtime?model=${MODEL}`, {
      headers: {
        upgrade: "websocket",
        connection: "upgrade",
        "sec-websocket-version": "13",
        "sec-websocket-key": "x3JJHMbDL1EzLkh9GBhXDw==",
      },
    });
    expect([response.status, (await response.json()).error.code]).toEqual([
      402,
      "insufficient_quota",
    ]);
    expect(provider.asked).toEqual([]);
    await harness.stop();
    await provider.stop();
  });

  it("ends at zero: what runs comes to its end, nothing new is started, and the client is told", async () => {
    const provider = startProvider();
    const harness = await start(provider);
    const client = await connect(harness);
    harness.ledger.refuse("insufficient_credit");
    client.say({ type: "response.create" });
    const { code, reason } = await client.closed;
    expect([code, reason]).toEqual([4402, "insufficient_quota"]);
    expect(client.messages.map(({ type }) => type)).toEqual([
      "session.created",
      "response.created",
      "response.output_text.delta",
      "response.done",
      "error",
    ]);
    expect((await harness.ledger.ended(1))[0]?.body).toMatchObject({ evidence: "reported" });
    await harness.stop();
    await provider.stop();
  });

  it("settles what was seen when either side goes away in mid-answer", async () => {
    for (const goes of ["client", "provider"] as const) {
      const provider = startProvider(() => false);
      const harness = await start(provider);
      const client = await connect(harness);
      client.say({ type: "conversation.item.create", item: { text: "twelve words".repeat(9) } });
      client.say({ type: "response.create" });
      await client.until("response.output_text.delta");
      if (goes === "client") client.close();
      else provider.drop();
      await client.closed;
      await harness.ledger.ended(2);
      const [end] = settled(harness);
      expect(end?.evidence).toBe("observed");
      const { input, output } = end?.usage as { input: number; output: number };
      expect(output).toBe(3);
      expect(input).toBeGreaterThan(20);
      await harness.stop();
      await provider.stop();
    }
  });

  it("covers an answer that the provider starts by itself", async () => {
    const provider = startProvider();
    const harness = await start(provider);
    const client = await connect(harness);
    await client.until("session.created");
    provider.say({ type: "response.created", response: { id: "r" } });
    provider.say({ type: "response.done", response: { id: "r", usage } });
    await client.until("response.done");
    client.close();
    await harness.ledger.ended(2);
    expect(settled(harness)).toHaveLength(1);
    await harness.stop();
    await provider.stop();
  });

  it("works with OpenAI's own client", async () => {
    const provider = startProvider();
    const harness = await start(provider);
    // The client knows encrypted sockets only; this one stays on the machine.
    const { WebSocket: Encrypted } = globalThis;
    globalThis.WebSocket = class extends Encrypted {
      constructor(url: string | URL, protocols?: string | string[]) {
        super(`${url}`.replace(/^wss:/, "ws:"), protocols);
      }
    };
    const realtime = new OpenAIRealtimeWebSocket(
      { model: MODEL, dangerouslyAllowBrowser: true },
      harness.client,
    );
    globalThis.WebSocket = Encrypted;
    const done = new Promise<{ response: { usage?: { total_tokens?: number } } }>((resolve) =>
      realtime.on("response.done", resolve)
    );
    realtime.on("session.created", () => realtime.send({ type: "response.create" }));
    expect((await done).response.usage?.total_tokens).toBe(180);
    realtime.close();
    await harness.ledger.ended(2);
    await harness.stop();
    await provider.stop();
  });
});
