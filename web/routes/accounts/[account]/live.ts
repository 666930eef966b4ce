/** The balance as an event stream for the browser. */
import type { LiveAccount } from "../../../../shared/read_api/mod.ts";
import { define, roomsFor, type State } from "../../../state.ts";
import { shownBalance } from "../../../ui/mod.ts";

const MAX_STREAMS = 500;
const RETRY_MS = 2_000;
const HEARTBEAT_MS = 15_000;
let open = 0;

export const handler = define.handlers({
  async GET(ctx) {
    const accountId = ctx.params.account ?? "";
    const rooms = roomsFor(ctx.state, "account:read", accountId);
    if (open >= MAX_STREAMS) {
      return new Response("too many live pages", { status: 503, headers: { "retry-after": "10" } });
    }
    const controller = new AbortController();
    const end = () => controller.abort();
    const { services } = ctx.state;
    const signal = AbortSignal.any([controller.signal, services.closing]);
    open += 1;
    try {
      const balances = await rooms.liveBalance(accountId, signal);
      return new Response(streamOf(balances, services, signal, end), {
        headers: {
          "content-type": "text/event-stream; charset=utf-8",
          "cache-control": "no-store",
        },
      });
    } catch (error) {
      open -= 1;
      throw error;
    }
  },
});

/** Events for the browser until the signal, the client, the deadline or the source ends them. */
function streamOf(
  balances: AsyncIterable<LiveAccount>,
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
      forward(balances, send).then(finish, finish);
    },
    cancel: () => finish(),
  });
}

async function forward(
  balances: AsyncIterable<LiveAccount>,
  send: (text: string) => void,
): Promise<void> {
  for await (const { item } of balances) {
    send(`event: balance\ndata: ${JSON.stringify(shownBalance(item))}\n\n`);
  }
}
