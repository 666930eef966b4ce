/** Event streams to browsers: bounded in number and time, and ended when the room closes. @module */
import type { State } from "../state.ts";

const MAX_STREAMS = 500;
const RETRY_MS = 2_000;
const HEARTBEAT_MS = 15_000;
let open = 0;

/**
 * Answers with server-sent events. `begin` opens their source: texts that are sent as they are, until
 * the given signal aborts. What `begin` rejects with is thrown on; too many streams are a 503.
 */
export async function serveLive(
  services: State["services"],
  begin: (signal: AbortSignal) => Promise<AsyncIterable<string>>,
): Promise<Response> {
  if (open >= MAX_STREAMS) {
    return new Response("too many live pages", { status: 503, headers: { "retry-after": "10" } });
  }
  const controller = new AbortController();
  const end = () => controller.abort();
  const signal = AbortSignal.any([controller.signal, services.closing]);
  open += 1;
  try {
    const source = await begin(signal);
    return new Response(streamOf(source, services, signal, end), {
      headers: {
        "content-type": "text/event-stream; charset=utf-8",
        "cache-control": "no-store",
      },
    });
  } catch (error) {
    open -= 1;
    throw error;
  }
}

/** Events for the browser until the signal, the client, the deadline or the source ends them. */
function streamOf(
  source: AsyncIterable<string>,
  services: State["services"],
  signal: AbortSignal,
  end: () => void,
): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  const { timers } = services.effects;
  let finish = () => {};
  return new ReadableStream<Uint8Array>({
    start(controller) {
      let finished = false;
      const send = (text: string) => {
        if (!finished) controller.enqueue(encoder.encode(text));
      };
      const deadline = timers.after(services.liveStreamMs, end);
      const heartbeat = timers.every(HEARTBEAT_MS, () => send(": still here\n\n"));
      finish = () => {
        if (finished) return;
        finished = true;
        open -= 1;
        deadline.cancel();
        heartbeat.cancel();
        end();
        try {
          controller.close();
        } catch {
          // The browser has closed it already.
        }
      };
      signal.addEventListener("abort", finish, { once: true });
      send(`retry: ${RETRY_MS}\n\n`);
      forward(source, send).then(finish, finish);
    },
    cancel: () => finish(),
  });
}

async function forward(source: AsyncIterable<string>, send: (text: string) => void): Promise<void> {
  for await (const text of source) send(text);
}
