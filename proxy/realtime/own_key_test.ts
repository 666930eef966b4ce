import { describe, expect, it } from "vitest";
import type { JsonObject } from "../../shared/json.ts";
import { createEffects, platformOf } from "../../shared/effects.ts";
import type { ProxyDeps } from "../app.ts";
import type { Candidate } from "../candidates.ts";
import { profileOf } from "../upstream/mod.ts";
import { openRealtime } from "./open.ts";
import { openaiRealtime } from "./openai.ts";

/** A socket whose other side is the test. */
class FakeSocket extends EventTarget {
  readyState: number = WebSocket.OPEN;
  binaryType = "blob";
  onopen: (() => void) | null = null;
  onmessage: ((event: { data: unknown }) => void) | null = null;
  onclose: ((event: { code: number; reason: string }) => void) | null = null;
  onerror: (() => void) | null = null;
  send() {}
  close() {
    this.readyState = WebSocket.CLOSED;
  }
}

const model = { model: "m", contextWindowTokens: 32_000, maxOutputTokens: 4_096 };
const candidate = (own: boolean) => ({
  target: { name: "openai", profile: profileOf("openai"), baseUrl: "https://api.example/v1" },
  upstreamModel: "m",
  model,
  key: { level: own ? "organisation" : "system", keyId: "pk-1", secret: "s", own },
});

/** Runs one session with one answer, over candidates whose keys are the customer's own or ours. */
async function session(own: readonly boolean[]) {
  const effects = createEffects(platformOf(globalThis));
  const holds: JsonObject[] = [];
  const ends: JsonObject[] = [];
  const [client, upstream] = [new FakeSocket(), new FakeSocket()];
  const deps = {
    effects,
    bus: {
      request(_subject: string, { body }: { body: JsonObject }) {
        holds.push(body);
        const { requestId } = body;
        return Promise.resolve({
          status: "accepted",
          result: {
            requestId,
            holdMicroKyat: "1",
            outputTokensGranted: 4_096,
            expiresAtMs: 1,
            availableMicroKyat: "1",
          },
        });
      },
    },
    journal: { settle: ({ type, body }: JsonObject) => ends.push({ type, body } as JsonObject) },
    progress: { follow: () => () => {} },
    sockets: {
      connect() {
        queueMicrotask(() => upstream.onopen?.());
        return upstream;
      },
      upgrade: () => ({ socket: client, response: new Response(null) }),
    },
    edgeId: "edge-1",
    shards: 1,
    holdTtlMs: 60_000,
  } as unknown as ProxyDeps;
  await openRealtime(deps, {
    request: new Request("http://proxy/v1/realtime?model=m", { headers: { upgrade: "websocket" } }),
    requestId: "01990000-0000-7000-8000-000000000001",
    protocol: openaiRealtime,
    caller: { accountId: "acc-1", keyId: "key-1" } as never,
    find: () => own.map(candidate) as unknown as [Candidate],
    leave: () => {},
  });
  client.onopen?.();
  const usage = { total_tokens: 30, input_tokens: 20, output_tokens: 10 };
  for (
    const message of [
      { type: "response.created", response: { id: "r" } },
      { type: "response.done", response: { id: "r", usage } },
    ]
  ) upstream.onmessage?.({ data: JSON.stringify(message) });
  client.onclose?.({ code: 1_000, reason: "" });
  await effects.timers.sleep(1);
  return { hold: holds[0], end: ends.find(({ type }) => type === "SettleHold")?.body };
}

describe("a session", () => {
  it("with the customer's own key is held and charged as such", async () => {
    const { hold, end } = await session([true, true]);
    expect(hold).toMatchObject({ billing: "own_key" });
    expect(end).toMatchObject({ ownKey: true, evidence: "reported" });
  });

  it("that may begin with either key says which one it began with", async () => {
    expect(await session([true, false])).toMatchObject({
      hold: { billing: "either" },
      end: { ownKey: true },
    });
    const { end } = await session([false, true]);
    expect(end).not.toHaveProperty("ownKey");
  });

  it("with our key is held for its tokens, and for whole answers", async () => {
    const { hold, end } = await session([false]);
    expect(hold).not.toHaveProperty("billing");
    expect(hold).toMatchObject({ minimumOutputTokens: 4_096 });
    expect(end).not.toHaveProperty("ownKey");
  });
});
