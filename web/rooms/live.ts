/** Balances as they change, from the projections' event stream. @module */
import type { Principal } from "../../shared/permissions.ts";
import { type LiveAccount, liveAccountSchema } from "../../shared/read_api/mod.ts";
import { type CallContext, openCall, RoomError } from "./call.ts";

const MAX_PENDING_CHARACTERS = 1_000_000;

/** Who follows what, until when. */
export interface Following {
  readonly principal: Principal;
  /** Null: everything that the person may see. */
  readonly accountId: string | null;
  readonly signal: AbortSignal;
}

/** Balances of an account; the stream ends when the projections end it or `signal` aborts. */
export async function openLiveBalance(
  context: CallContext,
  following: Following,
): Promise<AsyncIterable<LiveAccount>> {
  return balancesOf(await openLive(context, "/v1/live", following));
}

/** Alerts as server-sent events, handed through; see `liveAlertSchema`. */
export async function openLiveAlerts(
  context: CallContext,
  following: Following,
): Promise<ReadableStream<Uint8Array>> {
  return await openLive(context, "/v1/live/alerts", following);
}

async function openLive(
  context: CallContext,
  path: string,
  options: Following,
): Promise<ReadableStream<Uint8Array>> {
  const controller = new AbortController();
  const abort = () => controller.abort();
  options.signal.addEventListener("abort", abort, { once: true });
  const timer = context.effects.timers.after(context.timeoutMs, abort);
  try {
    const response = await openCall(context, {
      room: "projections",
      method: "GET",
      path,
      query: { account: options.accountId },
      principal: options.principal,
    }, controller.signal);
    if (response.status !== 200 || response.body === null) {
      await response.body?.cancel();
      throw new RoomError("projections", response.status, "the projections refused to go live");
    }
    return response.body;
  } catch (error) {
    if (error instanceof RoomError) throw error;
    throw new RoomError("projections", null, "the projections can't be reached", { cause: error });
  } finally {
    timer.cancel();
  }
}

async function* balancesOf(body: ReadableStream<Uint8Array>): AsyncGenerator<LiveAccount> {
  const decoder = new TextDecoder();
  let pending = "";
  for await (const chunk of body) {
    pending = (pending + decoder.decode(chunk, { stream: true })).replaceAll("\r", "");
    if (pending.length > MAX_PENDING_CHARACTERS) {
      throw new RoomError("projections", 200, "the projections sent an event that is too long");
    }
    const blocks = pending.split("\n\n");
    pending = blocks.pop() ?? "";
    for (const block of blocks) {
      const notice = noticeOf(block);
      if (notice !== null) yield notice;
    }
  }
}

/** The balance in one event; null for a heartbeat or an event of another kind. */
function noticeOf(block: string): LiveAccount | null {
  const data = block.split("\n").filter((line) => line.startsWith("data:"))
    .map((line) => line.slice(5)).join("\n");
  if (data === "") return null;
  try {
    const parsed = liveAccountSchema.safeParse(JSON.parse(data));
    return parsed.success ? parsed.data : null;
  } catch {
    return null;
  }
}
