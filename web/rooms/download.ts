/** Files that other rooms make, handed through. @module */
import { HttpError } from "fresh";
import type { Principal } from "../../shared/permissions.ts";
import { type CallContext, openCall, type RoomCall, RoomError } from "./call.ts";

/** Hands a CSV of the projections through, until `signal` aborts. Throws RoomError, or HttpError 404 or 400. */
export async function downloadCsv(
  context: CallContext,
  principal: Principal,
  call: Pick<RoomCall, "path" | "query">,
  signal: AbortSignal,
): Promise<Response> {
  const query = { ...call.query, format: "csv" };
  const request = {
    room: "projections",
    method: "GET",
    principal,
    path: call.path,
    query,
  } as const;
  const late = new AbortController();
  const timer = context.effects.timers.after(context.timeoutMs, () => late.abort());
  const until = AbortSignal.any([signal, late.signal]);
  const answer = await openCall(context, request, until).catch((cause) => {
    throw new RoomError("projections", null, "the projections can't be reached", { cause });
  }).finally(() => timer.cancel());
  if (answer.status === 200) {
    const headers = new Headers({ "cache-control": "no-store" });
    for (const name of ["content-type", "content-disposition"]) {
      headers.set(name, answer.headers.get(name) ?? "");
    }
    return new Response(answer.body, { headers });
  }
  await answer.body?.cancel();
  if (answer.status === 400 || answer.status === 404) {
    throw new HttpError(answer.status, "there is no such list");
  }
  throw new RoomError("projections", answer.status, `the projections answered ${answer.status}`);
}
