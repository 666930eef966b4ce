import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { composeProxy } from "../../proxy/compose.ts";
import { readProxyConfig } from "../../proxy/config.ts";
import { createEffects, platformOf } from "../../shared/effects.ts";
import { type Harness, startHarness } from "./harness.ts";

const effects = createEffects(platformOf(globalThis));

const ANSWERS = [
  null,
  "insufficient_credit",
  "budget_exceeded",
  "key_revoked",
  "key_expired",
  "model_not_priced",
  "input_too_long",
  "fx_rate_not_set",
  "too_many_holds",
  "unavailable",
] as const;

const FAULTS = [
  "good",
  "no_usage",
  "half_usage",
  "unreachable",
  "refused",
  "overloaded",
  "html",
  "garbage",
  "error_member",
  "empty",
  "silent",
  "cut",
  "stall",
] as const;
type Fault = (typeof FAULTS)[number];

const LEAVES = ["never", "while_upstream_is_asked", "after_first_bytes"] as const;
type Leaves = (typeof LEAVES)[number];

let harness: Harness;
let fault: Fault = "good";
let whenAsked = () => {};
/** As many as runs need, so that none of them fails often enough to be left alone for a while. */
const PROVIDERS = 100;
let run = 0;
/** Request ids of holds that the ledger was asked for, at the time of each call upstream. */
let asked: (string | undefined)[] = [];

const holds = () => harness.ledger.told.filter(({ type }) => type === "PlaceHold");

beforeAll(async () => {
  harness = await startHarness({
    config: readProxyConfig({
      SARGALAY_UPSTREAMS: JSON.stringify(
        Array.from({ length: PROVIDERS }, (_, n) => ({
          name: `p${n}`,
          baseUrl: "http://127.0.0.1:9/v1",
          models: { [`m${n}`]: "m" },
        })),
      ),
      SARGALAY_PROXY_FIRST_BYTE_MS: "40",
      SARGALAY_PROXY_IDLE_MS: "40",
      SARGALAY_PROXY_TOTAL_MS: "5000",
    }),
    models: Array.from({ length: PROVIDERS }, (_, n) => `m${n}`),
    effects,
    fetch,
    compose: (config, world) =>
      composeProxy(config, {
        ...world,
        fetch: (_url, init) => {
          asked.push(holds().at(-1)?.body.requestId as string | undefined);
          whenAsked();
          return upstream(fault, String(init.body).includes('"stream":true'), init.signal);
        },
      }),
  });
});

afterAll(async () => await harness.stop());

/** An upstream that does what `kind` says, as a stream or not. */
function upstream(
  kind: Fault,
  streaming: boolean,
  signal: AbortSignal | null | undefined,
): Promise<Response> {
  if (kind === "unreachable") return Promise.reject(new TypeError("connection refused"));
  if (kind === "refused") return Promise.resolve(Response.json({ error: {} }, { status: 400 }));
  if (kind === "overloaded") return Promise.resolve(new Response("", { status: 529 }));
  const chunks = streaming ? streamOf(kind) : wholeOf(kind);
  const body = new ReadableStream<Uint8Array>({
    start: (controller) => {
      signal?.addEventListener("abort", () => controller.error(signal.reason), { once: true });
    },
    pull(controller) {
      const chunk = chunks.shift();
      if (chunk !== undefined) return controller.enqueue(new TextEncoder().encode(chunk));
      if (kind === "stall" || kind === "silent") return new Promise(() => {});
      if (kind === "cut") return controller.error(new TypeError("cut"));
      controller.close();
    },
  });
  const type = kind === "html" ? "text/html" : streaming ? "text/event-stream" : "application/json";
  return Promise.resolve(new Response(body, { headers: { "content-type": type } }));
}

function usageOf(kind: Fault): object {
  if (kind === "no_usage") return {};
  if (kind === "half_usage") return { usage: { completion_tokens: 2 } };
  return { usage: { prompt_tokens: 3, completion_tokens: 2, total_tokens: 5 } };
}

function wholeOf(kind: Fault): string[] {
  if (kind === "silent" || kind === "empty") return [];
  if (kind === "garbage") return ["{not JSON"];
  if (kind === "error_member") return ['{"error":{"message":"broke down"}}'];
  const message = { role: "assistant", content: "Hello" };
  const text = JSON.stringify({ choices: [{ index: 0, message }], ...usageOf(kind) });
  return kind === "cut" || kind === "stall" ? [text.slice(0, text.length / 2)] : [text];
}

function streamOf(kind: Fault): string[] {
  const event = (payload: unknown) => `data: ${JSON.stringify(payload)}\n\n`;
  const begin = event({ choices: [{ index: 0, delta: { content: "Hello" } }] });
  if (kind === "silent" || kind === "empty") return [];
  if (kind === "cut" || kind === "stall") return [begin];
  if (kind === "garbage") return [begin, "data: {not JSON\n\n"];
  if (kind === "error_member") return [begin, event({ error: { message: "broke down" } })];
  return [begin, event({ choices: [], ...usageOf(kind) }), "data: [DONE]\n\n"];
}

/** One call by a client that may leave; how it goes for the client is no matter here. */
async function call(stream: boolean, leaves: Leaves): Promise<void> {
  const client = new AbortController();
  const model = `m${run++ % PROVIDERS}`;
  whenAsked = () => leaves === "while_upstream_is_asked" && client.abort();
  try {
    const response = await harness.call("/v1/chat/completions", {
      method: "POST",
      body: JSON.stringify({ model, messages: [{ role: "user", content: "Hi" }], stream }),
      signal: client.signal,
    });
    if (leaves === "after_first_bytes") {
      await response.body?.getReader().read();
      client.abort();
    } else {
      await response.text();
    }
  } catch (error) {
    if (!client.signal.aborted) throw error;
  }
}

describe("whatever the ledger, the upstream and the client do", () => {
  it("no upstream is called without a grant, and each grant ends exactly once", async () => {
    const granted = new Set<string>();
    await fc.assert(
      fc.asyncProperty(
        fc.oneof({ weight: 3, arbitrary: fc.constant(null) }, fc.constantFrom(...ANSWERS)),
        fc.constantFrom(...FAULTS),
        fc.constantFrom(...LEAVES),
        fc.boolean(),
        async (answer, nextFault, leaves, stream) => {
          fault = nextFault;
          asked = [];
          const holdsBefore = holds().length;
          harness.ledger.refuse(answer);
          await call(stream, leaves);
          const ids = new Set(holds().slice(holdsBefore).map(({ body }) => String(body.requestId)));
          expect(ids.size).toBe(1);
          const [requestId] = [...ids];
          expect(asked).toEqual(answer === null ? [requestId] : []);
          if (answer !== null) return;
          granted.add(requestId!);
          while (!harness.ledger.ends().some(({ body }) => body.requestId === requestId)) {
            await effects.timers.sleep(2);
          }
        },
      ),
      { numRuns: 150 },
    );
    harness.ledger.refuse("silence");
    asked = [];
    await call(false, "never");
    expect(asked).toEqual([]);

    // Told again is the same end; another type or another operation would be a second one.
    const ended = new Map<string, Set<string>>();
    for (const { type, operationId, body } of harness.ledger.told) {
      if (type !== "SettleHold" && type !== "ReleaseHold") continue;
      const id = String(body.requestId);
      ended.set(id, (ended.get(id) ?? new Set()).add(`${type} ${operationId}`));
    }
    expect(granted.size).toBeGreaterThan(0);
    for (const id of granted) expect([id, ended.get(id)?.size]).toEqual([id, 1]);
  });
});
