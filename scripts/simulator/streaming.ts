/** Answers that take their time. @module */
import type { Act } from "./options.ts";
import type { StreamStep } from "./stream.ts";

/** Longer than anybody waits. */
export const SLOW_MS = 600_000;

/** A stream that does one step after the other, until it is given up. */
export function streamed(
  steps: Generator<StreamStep>,
  { options, stats, stopping }: Act,
  contentType = "text/event-stream; charset=utf-8",
): Response {
  const encoder = new TextEncoder();
  const gone = new AbortController();
  const ended = AbortSignal.any([stopping, gone.signal]);
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      for (;;) {
        const { value: step } = steps.next();
        if (ended.aborted || step === undefined) return controller.close();
        switch (step.kind) {
          case "text":
            if (options.paceMs) await pause(options.paceMs, ended);
            if (!ended.aborted) controller.enqueue(encoder.encode(step.text));
            return;
          case "pause":
            await pause(step.forMs, ended);
            break;
          case "stall":
            await pause(SLOW_MS, ended);
            break;
          case "cut":
            return controller.error(new Error("simulated cut"));
        }
      }
    },
    cancel() {
      stats.cancelled += 1;
      gone.abort();
    },
  }, { highWaterMark: 0 });
  return new Response(body, {
    headers: { "content-type": contentType, "x-simulated": "true" },
  });
}

/** Waits, or until it makes no sense any more. */
export function pause(forMs: number, ended: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (ended.aborted) return resolve();
    const finish = () => {
      clearTimeout(timer);
      ended.removeEventListener("abort", finish);
      resolve();
    };
    const timer = setTimeout(finish, forMs);
    ended.addEventListener("abort", finish);
  });
}
