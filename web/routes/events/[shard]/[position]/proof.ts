/** The proof that an event is in the signed log, to keep or to verify. */
import { HttpError } from "fresh";
import { define, roomsFor } from "../../../../state.ts";

export const handler = define.handlers({
  async GET(ctx) {
    const { proofs } = roomsFor(ctx.state, "ledger:read", null);
    const { shard = "", position = "" } = ctx.params;
    const proof = await proofs.event(shard, position);
    if (proof === null) throw new HttpError(404, `there is no event ${position}`);
    return Response.json(proof, {
      headers: {
        "cache-control": "no-store",
        "content-disposition": `attachment; filename="event-${shard}-${position}.json"`,
      },
    });
  },
});
