import { afterEach, describe, expect, it } from "vitest";
import { composeProxy } from "../../proxy/compose.ts";
import { readProxyConfig } from "../../proxy/config.ts";
import { createEffects, platformOf } from "../../shared/effects.ts";
import { type Harness, startHarness } from "./harness.ts";

const effects = createEffects(platformOf(globalThis));
const LIVE = "/ws/google.ai.generativelanguage.v1beta.GenerativeService.BidiGenerateContent";

interface Provider {
  readonly url: string;
  readonly asked: { readonly path: string; readonly key: string | null }[];
  readonly heard: Record<string, unknown>[];
  readonly sockets: Set<WebSocket>;
}

type Message = Record<string, unknown>;
/** What a provider says to a message; each answer goes in a binary frame when `binary` is set. */
type Script = (message: Message) => readonly Message[];

const running: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const stop of running.splice(0).reverse()) await stop();
});

function startProvider(script: Script, binary: boolean): Provider {
  const [asked, heard, sockets]: [Provider["asked"], Message[], Set<WebSocket>] = [
    [],
    [],
    new Set(),
  ];
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, (request) => {
    const { pathname, search } = new URL(request.url);
    const key = request.headers.get("x-goog-api-key") ?? request.headers.get("xi-api-key");
    asked.push({ path: pathname + search, key });
    const { socket, response } = Deno.upgradeWebSocket(request);
    socket.onopen = () => sockets.add(socket);
    socket.onclose = () => sockets.delete(socket);
    socket.onmessage = ({ data }) => {
      const message = JSON.parse(data);
      heard.push(message);
      for (const each of script(message)) {
        const text = JSON.stringify(each);
        socket.send(binary ? new TextEncoder().encode(text) : text);
      }
    };
    return response;
  });
  running.push(() => server.shutdown());
  return { url: `http://127.0.0.1:${server.addr.port}`, asked, heard, sockets };
}

async function start(profile: string, model: string, url: string): Promise<Harness> {
  const upstream = { name: "up", profile, baseUrl: url, apiKey: "theirs", models: [model] };
  const harness = await startHarness({
    config: readProxyConfig({
      SARGALAY_UPSTREAMS: JSON.stringify([upstream]),
      SARGALAY_PROXY_DRAIN_MS: "50",
    }),
    models: [model],
    effects,
    fetch,
    compose: composeProxy,
  });
  running.push(() => harness.stop());
  return harness;
}

interface Client {
  readonly socket: WebSocket;
  readonly messages: Message[];
  readonly closed: Promise<CloseEvent>;
  until(member: string, times?: number): Promise<void>;
}

async function connect({ url, secret }: Harness, path: string): Promise<Client> {
  const mark = path.includes("?") ? "&" : "?";
  const socket = new WebSocket(`${url.replace("http", "ws")}${path}${mark}key=${secret}`);
  socket.binaryType = "arraybuffer";
  const messages: Message[] = [];
  let wake = () => {};
  socket.onmessage = ({ data }) => {
    messages.push(JSON.parse(typeof data === "string" ? data : new TextDecoder().decode(data)));
    wake();
  };
  const closed = new Promise<CloseEvent>((resolve) => socket.onclose = resolve);
  await new Promise((resolve) => socket.onopen = resolve);
  return {
    socket,
    messages,
    closed,
    async until(member, times = 1) {
      const seen = () => messages.filter((each) => JSON.stringify(each).includes(member)).length;
      while (seen() < times) await new Promise<void>((resolve) => wake = resolve);
    },
  };
}

const send = ({ socket }: Client, message: unknown) => socket.send(JSON.stringify(message));
const ended = async (harness: Harness, count: number) =>
  (await harness.ledger.ended(count)).map(({ type, body }) => ({
    type,
    usage: body.usage,
    evidence: body.evidence,
  }));

const usageMetadata = {
  promptTokenCount: 40,
  responseTokenCount: 25,
  thoughtsTokenCount: 3,
  promptTokensDetails: [{ modality: "AUDIO", tokenCount: 30 }],
  responseTokensDetails: [{ modality: "AUDIO", tokenCount: 25 }],
};
const gemini: Script = ({ setup, clientContent }) => {
  if (setup !== undefined) return [{ setupComplete: {} }];
  if (clientContent === undefined) return [];
  return [
    { serverContent: { modelTurn: { parts: [{ text: "mingalaba" }] } } },
    { serverContent: { turnComplete: true }, usageMetadata },
  ];
};
const RELEASED = { type: "ReleaseHold", usage: undefined, evidence: undefined };

describe("a Gemini Live session", () => {
  it.each([["text", false], ["binary", true]] as const)(
    "is metered by the reports in %s frames, under the model of its first message",
    async (_frames, binary) => {
      const provider = startProvider(gemini, binary);
      const harness = await start("google", "gemini-live", provider.url);
      const client = await connect(harness, LIVE);
      expect(provider.asked).toEqual([]);
      send(client, { setup: { model: "models/gemini-live", generationConfig: {} } });
      await client.until("setupComplete");
      for (const times of [1, 2]) {
        send(client, {
          clientContent: { turns: [{ parts: [{ text: "Hi" }] }], turnComplete: true },
        });
        await client.until("turnComplete", times);
      }
      client.socket.close();
      const settled = {
        type: "SettleHold",
        usage: { input: 10, audio_input: 30, output: 0, audio_output: 25, reasoning: 3 },
        evidence: "reported",
      };
      expect(await ended(harness, 3)).toEqual([settled, settled, RELEASED]);
      // The caller's key stays here.
      expect(provider.asked).toEqual([{ path: LIVE, key: "theirs" }]);
      expect(provider.heard[0]).toMatchObject({ setup: { model: "models/gemini-live" } });
    },
  );

  it("that breaks off in mid-turn is charged for what was heard", async () => {
    const half: Script = (message) => gemini(message).slice(0, 1);
    const provider = startProvider(half, true);
    const harness = await start("google", "gemini-live", provider.url);
    const client = await connect(harness, LIVE);
    send(client, { setup: { model: "models/gemini-live" } });
    send(client, { clientContent: { turns: [], turnComplete: true } });
    await client.until("mingalaba");
    for (const socket of provider.sockets) socket.close(1011, "out of order");
    await client.closed;
    const [end] = await ended(harness, 2);
    expect(end).toMatchObject({ type: "SettleHold", evidence: "observed", usage: { output: 3 } });
  });

  it.each<readonly [string, unknown]>([
    ["no model", { setup: {} }],
    ["a model that is not for sale", { setup: { model: "models/other" } }],
    ["no JSON", "{"],
  ])("is refused for %s, and its provider hears nothing", async (_what, first) => {
    const provider = startProvider(gemini, false);
    const harness = await start("google", "gemini-live", provider.url);
    const client = await connect(harness, LIVE);
    client.socket.send(typeof first === "string" ? first : JSON.stringify(first));
    expect((await client.closed).code).toBe(4_000);
    expect(client.messages[0]).toMatchObject({ error: { message: expect.any(String) } });
    expect([provider.asked, harness.ledger.told]).toEqual([[], []]);
  });

  it("is refused without a hold, in its own protocol", async () => {
    const provider = startProvider(gemini, false);
    const harness = await start("google", "gemini-live", provider.url);
    harness.ledger.refuse("insufficient_credit");
    const client = await connect(harness, LIVE);
    send(client, { setup: { model: "models/gemini-live" } });
    expect((await client.closed).reason).toBe("insufficient_quota");
    expect(client.messages[0]).toMatchObject({
      error: { code: 402, status: "insufficient_quota" },
    });
    expect(provider.asked).toEqual([]);
  });
});

describe("a conversation at ElevenLabs", () => {
  const agent: Script = ({ user_message }) => [{ type: "agent_response", heard: user_message }];
  const PATH = "/v1/convai/conversation?agent_id=agent_1";

  it("is charged by its seconds, whichever side ends it", async () => {
    for (const side of ["client", "provider"]) {
      const provider = startProvider(agent, false);
      const harness = await start("elevenlabs", "elevenlabs/conversation", provider.url);
      const client = await connect(harness, PATH);
      send(client, { user_message: "Hi" });
      await client.until("agent_response");
      if (side === "client") client.socket.close();
      else for (const socket of provider.sockets) socket.close();
      await client.closed;
      const ends = await ended(harness, 2);
      expect(ends.filter(({ type }) => type === "SettleHold")).toEqual([
        { type: "SettleHold", usage: { seconds: expect.any(Number) }, evidence: "observed" },
      ]);
      expect(ends.filter(({ type }) => type === "ReleaseHold")).toEqual([RELEASED]);
      expect(harness.ledger.told.find(({ type }) => type === "PlaceHold")?.body).toMatchObject({
        unitsBound: { seconds: 60 },
        outputTokensRequested: 0,
      });
      expect(provider.asked).toEqual([{ path: PATH, key: "theirs" }]);
    }
  });

  it("leaves nothing open when the request is no handshake after all", async () => {
    const provider = startProvider(agent, false);
    const harness = await start("elevenlabs", "elevenlabs/conversation", provider.url);
    // A request that never was a socket: the platform refuses to turn it into one.
    const response = await harness.proxy.fetch(
      new Request(`http://proxy${PATH}`, {
        headers: { authorization: `Bearer ${harness.secret}`, upgrade: "websocket" },
      }),
    );
    expect(response.status).toBe(400);
    await response.body?.cancel();
    expect(await ended(harness, 1)).toEqual([RELEASED]);
    while (provider.sockets.size > 0) await effects.timers.sleep(5);
  });

  it("is charged for what it lasted when its edge shuts down", async () => {
    const provider = startProvider(agent, false);
    const harness = await start("elevenlabs", "elevenlabs/conversation", provider.url);
    const client = await connect(harness, PATH);
    const [closed] = await Promise.all([client.closed, harness.proxy.close()]);
    expect([closed.code, closed.reason]).toEqual([4_503, "shutting_down"]);
    expect((await ended(harness, 2)).map(({ type }) => type).sort()).toEqual([
      "ReleaseHold",
      "SettleHold",
    ]);
  });
});
