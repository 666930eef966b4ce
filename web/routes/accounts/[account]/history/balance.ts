/** The balance as of a moment, for the slider. */
import { pastBalance } from "../../../../ui/mod.ts";
import { define, roomsFor } from "../../../../state.ts";

export const handler = define.handlers({
  async GET(ctx) {
    const accountId = ctx.params.account ?? "";
    const { audit } = roomsFor(ctx.state, "account:read", accountId);
    const at = ctx.url.searchParams.get("at") ?? "";
    if (!/^\d{1,15}$/.test(at)) return new Response("at: expected milliseconds", { status: 400 });
    const balance = await audit.balanceAsOf(accountId, { at });
    return Response.json(pastBalance(balance, parseInt(at, 10)), {
      headers: { "cache-control": "no-store" },
    });
  },
});
