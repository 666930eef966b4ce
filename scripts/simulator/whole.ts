/** Answers that are not streams. @module */
import { answerTo, type SimulatedRequest, usageAfter } from "./completion.ts";

const LARGE_TEXT_BYTES = 10_000_000;

/** A chat completion object as text. */
export function completionText(request: SimulatedRequest, id: string, created: number): string {
  const { tokens, finishReason } = answerTo(request);
  const large = request.model === "sim-large-body";
  const content = large ? "x".repeat(LARGE_TEXT_BYTES) : tokens.join("");
  const usage = usageAfter(request, tokens.length * request.choices);
  return JSON.stringify({
    id,
    object: "chat.completion",
    created,
    model: request.model,
    choices: Array.from({ length: request.choices }, (_, index) => ({
      index,
      message: { role: "assistant", content, refusal: null },
      logprobs: null,
      finish_reason: finishReason,
    })),
    ...(request.model === "sim-no-usage" ? {} : { usage }),
    system_fingerprint: "simulated",
  });
}

/** A response of half an answer whose connection then breaks, or stays silent. */
export function brokenBody(text: string, silent: boolean): ReadableStream<Uint8Array> {
  let sent = false;
  return new ReadableStream({
    pull(controller) {
      if (!sent) {
        sent = true;
        controller.enqueue(new TextEncoder().encode(text.slice(0, text.length / 2)));
      } else if (silent) {
        return new Promise(() => {});
      } else {
        controller.error(new Error("simulated cut"));
      }
    },
  });
}
