import { describe, expect, it } from "vitest";
import { createEffects, platformOf } from "../../shared/effects.ts";
import { createWatch, DEFAULT_LIMITS } from "../limits/mod.ts";
import { arrivedJson, bytesOf, requestOf } from "../../tests/dialects/mod.ts";
import type { AnswerReader, StreamOutput } from "../dialects/mod.ts";
import { openaiChat } from "../dialects/openai_chat/mod.ts";
import { type StreamEnd, streamToClient } from "./mod.ts";

const effects = createEffects(platformOf(globalThis));
const reader = openaiChat.reader(
  requestOf(
    openaiChat,
    arrivedJson({ model: "m", messages: [{ role: "user", content: "" }], stream: true }),
  ),
);

/** Runs a stream of chunks, each of which gives `outputs`, to its end. */
async function run(
  defects: Partial<AnswerReader>,
  outputs: readonly StreamOutput[] = [],
  onEnd: (end: StreamEnd) => Promise<null> = () => Promise.resolve(null),
) {
  const ends: StreamEnd[] = [];
  const faults: unknown[] = [];
  const watch = createWatch(effects, DEFAULT_LIMITS, effects.clock.nowMs() + 60_000);
  const body = streamToClient({
    kind: "stream",
    status: 200,
    contentType: "text/event-stream",
    reader: {
      read: () => Promise.resolve({ done: false, value: bytesOf("data: {}\n\n") }),
      cancel: () => Promise.resolve(),
    },
    watch,
    state: { ...reader.streamStart({ status: 200, headers: new Headers() }), started: true },
    outputs: [{ kind: "bytes", bytes: bytesOf("data: first\n\n") }],
  }, {
    reader: { ...reader, streamStep: (state) => [state, outputs], ...defects },
    dialect: openaiChat,
    onClientGone: "cancel",
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
