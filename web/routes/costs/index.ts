/** Leads to the first view of cost. */
import { define } from "../../state.ts";

export const handler = define.handlers({
  GET: () => new Response(null, { status: 302, headers: { location: "/costs/by-day" } }),
});
