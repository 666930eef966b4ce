/** Leads to the first view of cost. */
import { define, personOf, roomsFor } from "../../state.ts";

export const handler = define.handlers({
  GET(ctx) {
    roomsFor(ctx.state, "usage:read", personOf(ctx.state).principal.accountId);
    return ctx.redirect("/costs/by-day", 302);
  },
});
