/** A request's receipt with its proofs, to keep or to verify. */
import { HttpError } from "fresh";
import { define, personOf, roomsFor } from "../../../state.ts";

export const handler = define.handlers({
  async GET(ctx) {
    const { accountId } = personOf(ctx.state).principal;
    const { reads, proofs } = roomsFor(ctx.state, "request:read", accountId);
    const requestId = ctx.params.request ?? "";
    const request = await reads.request(requestId);
    const receipt = request === null ? null : await proofs.receipt(request.accountId, requestId);
    if (receipt === null) throw new HttpError(404, `there is no request ${requestId}`);
    return Response.json(receipt, {
      headers: {
        "cache-control": "no-store",
        "content-disposition": `attachment; filename="receipt-${requestId}.json"`,
      },
    });
  },
});
