/** The fixed answers of `sim-bench`, made once: a fast upstream to measure against. @module */
import type { SimulatedRequest } from "./completion.ts";

const encoder = new TextEncoder();
const head = {
  id: "chatcmpl-sim-bench",
  created: 1_700_000_000,
  model: "sim-bench",
  system_fingerprint: "simulated",
};
const CHUNKS = 50;
const usage = { prompt_tokens: 12, completion_tokens: CHUNKS, total_tokens: 12 + CHUNKS };

const whole = encoder.encode(JSON.stringify({
  ...head,
  object: "chat.completion",
  choices: [{
    index: 0,
    message: { role: "assistant", content: "simulated ".repeat(CHUNKS), refusal: null },
    logprobs: null,
    finish_reason: "stop",
  }],
  usage,
}));

/** The answer, whole or as a stream of 50 chunks in which each chunk is written by itself. */
export function benchAnswer(request: SimulatedRequest): Response {
  if (!request.stream) {
    return new Response(whole, { headers: { "content-type": "application/json" } });
  }
  const chunks = request.includeUsage ? chunksWithUsage : chunksWithout;
  let next = 0;
  const body = new ReadableStream<Uint8Array<ArrayBuffer>>({
    pull(controller) {
      const chunk = chunks[next++];
      if (chunk === undefined) controller.close();
      else controller.enqueue(chunk);
    },
  }, { highWaterMark: 0 });
  return new Response(body, { headers: { "content-type": "text/event-stream" } });
}

const chunksWithUsage = bytesOf(true);
const chunksWithout = bytesOf(false);

function bytesOf(includeUsage: boolean): Uint8Array<ArrayBuffer>[] {
  const chunk = (delta: object, finish: string | null) => ({
    ...head,
    object: "chat.completion.chunk",
    choices: [{ index: 0, delta, finish_reason: finish }],
    ...(includeUsage ? { usage: null } : {}),
  });
  const events: (object | string)[] = Array.from(
    { length: CHUNKS - 1 },
    () => chunk({ content: "simulated " }, null),
  );
  events.push(chunk({}, "stop"));
  if (includeUsage) {
    events.push({ ...head, object: "chat.completion.chunk", choices: [], usage });
  }
  events.push("[DONE]");
  return events.map((event) =>
    encoder.encode(`data: ${typeof event === "string" ? event : JSON.stringify(event)}\n\n`)
  );
}
