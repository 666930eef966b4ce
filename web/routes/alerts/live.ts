/** Alerts as an event stream for the browser. */
import { serveLive } from "../../live/mod.ts";
import { define, personOf, roomsFor } from "../../state.ts";

export const handler = define.handlers({
  async GET(ctx) {
    const own = personOf(ctx.state).principal.accountId;
    const rooms = roomsFor(ctx.state, "alert:read", own);
    return await serveLive(ctx.state.services, async (signal) => {
      return textOf(await rooms.liveAlerts(signal));
    });
  },
});

async function* textOf(bytes: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  for await (const piece of bytes) yield decoder.decode(piece, { stream: true });
}
