/** Whether this room serves. */
import { define } from "../state.ts";

export const handler = define.handlers({
  GET: () => Response.json({ status: "ok", room: "web" }),
});
