/** A view of cost as CSV. */
import { HttpError } from "fresh";
import { filtersOf, isCostPage } from "../../../costs/mod.ts";
import { define, personOf, roomsFor } from "../../../state.ts";

export const handler = define.handlers({
  async GET(ctx) {
    const view = ctx.params.view ?? "";
    if (!isCostPage(view)) throw new HttpError(404, `there is no view ${view}`);
    const own = personOf(ctx.state).principal.accountId;
    const { downloadCsv } = roomsFor(ctx.state, "usage:read", own);
    const call = { path: `/v1/costs/${view}`, query: filtersOf(ctx.url, own) };
    return await downloadCsv(call, ctx.state.services.closing);
  },
});
