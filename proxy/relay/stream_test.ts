import { describe, expect, it } from "vitest";
import { createEffects, platformOf } from "../../shared/effects.ts";
import { createWatch, DEFAULT_LIMITS } from "../limits/mod.ts";
import {
  type Adapter,
  openaiCompatible,
  type StreamOutput,
  type UpstreamTarget,
} from "../upstream/mod.ts";
import { type StreamEnd, streamToClient } from "./mod.ts";

const effects = createEffects(platformOf(globalThis));
const bytesOf = (text: string) => new TextEncoder().encode(text);

/** Runs a stream of chunks, each of which gives `outputs`, to its end. */
async function run(
  adapter: Partial<Adapter>,
  outputs: readonly StreamOutput[] = [],
  onEnd: (end: StreamEnd) => Promise<null> = () => Promise.resolve(null),
) {
  const ends: StreamEnd[] = [];
  const faults: unknown[] = [];
  const watch = createWatch(effects, DEFAULT_LIMITS, effects.clock.nowMs() + 60_000);
  const target: UpstreamTarget = {
    name: "provider",
    adapter: { ...openaiCompatible, streamStep: (state) => [state, outputs], ...adapter },
    baseUrl: "http://127.0.0.1:9",
    apiKey: null,
    models: null,
    onClientGone: "cancel",
    outputLimitParameter: "max_tokens",
    simulated: false,
  };
  const body = streamToClient({
    kind: "stream",
    status: 200,
    reader: {
      read: () => Promise.resolve({ done: false, value: bytesOf("data: {}\n\n") }),
      cancel: () => Promise.resolve(),
    },
    watch,
    state: { ...openaiCompatible.streamStart(), started: true },
    outputs: [{ kind: "bytes", bytes: bytesOf("data: first\n\n") }],
  }, {
    target,
    usageAsked: true,
    onState: () => {},
    onEnd: (end) => {
      ends.push(end);
      return onEnd(end);
    },
    onFault: (error) => faults.push(error),
  });
  const text = await new Response(body).text();
  watch.stop();
  return { text, ends, faults, aborted: watch.failure()?.code ?? null };
}

describe("a stream in which something unexpected happens here", () => {
  const broken = () => {
    throw new Error("out of order");
  };

  it("is ended once, told to the client, and broken off upstream", async () => {
    const { text, ends, faults, aborted } = await run({ streamStep: broken });
    expect(ends).toMatchObject([{ outcome: "internal_error", state: { started: true } }]);
    expect(text).toMatch(/^data: first\n\ndata: \{"error":\{.*"code":"internal_error"\}\}\n\n$/);
    expect(faults).toHaveLength(1);
    expect(aborted).toBe("internal_error");
  });

  it("ends no less when its settlement fails", async () => {
    const done: StreamOutput = { kind: "done", bytes: bytesOf("data: [DONE]\n\n") };
    const { text, ends, faults } = await run({}, [done], broken);
    expect(ends).toMatchObject([{ outcome: "completed" }]);
    expect(text).toContain("[DONE]");
    expect(faults).toHaveLength(1);
  });
});

describe("a usage event without usage", () => {
  it.each([[{}], [{ usage: null }], [{ usage: 7 }], [{ usage: [] }]])(
    "%j passes",
    async (event) => {
      const { text, ends, faults } = await run({}, [
        { kind: "usage", bytes: bytesOf(""), event },
        { kind: "done", bytes: bytesOf("data: [DONE]\n\n") },
      ]);
      expect(text).toBe('data: first\n\ndata: {"usage":{}}\n\ndata: [DONE]\n\n');
      expect([ends.length, faults]).toEqual([1, []]);
    },
  );
});
