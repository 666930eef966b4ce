/** The balance as an event stream for the browser. */
import type { LiveAccount } from "../../../../shared/read_api/mod.ts";
import { serveLive } from "../../../live/mod.ts";
import { define, roomsFor } from "../../../state.ts";
import { shownBalance } from "../../../ui/mod.ts";

export const handler = define.handlers({
  async GET(ctx) {
    const accountId = ctx.params.account ?? "";
    const rooms = roomsFor(ctx.state, "account:read", accountId);
    return await serveLive(ctx.state.services, async (signal) => {
      return eventsOf(await rooms.liveBalance(accountId, signal));
    });
  },
});

async function* eventsOf(balances: AsyncIterable<LiveAccount>): AsyncGenerator<string> {
  for await (const { item } of balances) {
    yield `event: balance\ndata: ${JSON.stringify(shownBalance(item))}\n\n`;
  }
}
