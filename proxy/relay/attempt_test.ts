import { describe, expect, it } from "vitest";
import { createEffects, platformOf } from "../../shared/effects.ts";
import { failure } from "../../shared/errors.ts";
import { DEFAULT_LIMITS, type Watch } from "../limits/mod.ts";
import { arrivedJson, requestOf } from "../../tests/dialects/mod.ts";
import { openaiChat } from "../dialects/openai_chat/mod.ts";
import { attempt } from "./attempt.ts";

const effects = createEffects(platformOf(globalThis));
const readerOf = (stream: boolean) =>
  openaiChat.reader(
    requestOf(
      openaiChat,
      arrivedJson({ model: "m", messages: [{ role: "user", content: "" }], stream }),
    ),
  );

/** Starts an attempt whose body gives `first` and then nothing, and never hears its signal. */
function attemptAt(first: string, streaming: boolean) {
  let cancelled = false;
  const body = new ReadableStream<Uint8Array<ArrayBuffer>>({
    type: "bytes",
    start: (controller) => controller.enqueue(new TextEncoder().encode(first)),
    pull: () => new Promise(() => {}),
    cancel: () => void (cancelled = true),
  });
  const contentType = streaming ? "text/event-stream" : "application/json";
  const { promise: started, resolve: onWatch } = Promise.withResolvers<Watch>();
  const outcome = attempt(
    {
      fetch: () =>
        Promise.resolve(new Response(body, { headers: { "content-type": contentType } })),
      effects,
      limits: DEFAULT_LIMITS,
    },
    {
      request: { url: "http://127.0.0.1:9", headers: {}, body: "{}" },
      reader: readerOf(streaming),
    },
    { endsAtMs: effects.clock.nowMs() + 60_000, onWatch },
  );
  return { outcome, started, cancelled: () => cancelled };
}

const idle = failure("upstream_idle_timeout", "The provider stopped sending.");

describe("an upstream whose body does not hear its signal, as when its response is garbage", () => {
  it.each([["streamed", true], ["whole", false]] as const)(
    "is left at a limit before anything came of its answer: %s",
    async (_, streaming) => {
      const { outcome, started, cancelled } = attemptAt(": ping\n", streaming);
      (await started).abort(idle);
      expect(await outcome).toMatchObject({ kind: "failed", failure: { failure: idle } });
      expect(cancelled()).toBe(true);
    },
  );

  it("is left at a limit in the middle of its stream", async () => {
    const { outcome, cancelled } = attemptAt('data: {"choices":[]}\n\n', true);
    const opened = await outcome;
    if (opened.kind !== "stream") throw new Error(`it is ${opened.kind}`);
    const reading = opened.reader.read();
    opened.watch.abort(idle);
    await expect(reading).rejects.toBe(idle);
    expect(cancelled()).toBe(true);
  });
});
