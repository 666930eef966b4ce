/** Asking a server for the messages that a stream has on a subject, without a consumer. @module */
import type { Msg } from "@nats-io/nats-core";
import type { JsonValue } from "../../json.ts";
import { BusError } from "../bus.ts";
import { decodeBytes, encodeBytes } from "../encoding.ts";

const NOTHING_THERE: ReadonlySet<number> = new Set([
  10_037, // The stream has no such message.
  10_059, // There is no such stream.
]);

interface Kept {
  readonly sequence: number;
  /** Null: it is not JSON. */
  readonly message: JsonValue | null;
}

/** The last message of a subject and the oldest others, `most` in all, newest first. */
export async function readKeptMessages(
  { stream, subject, most }: { stream: string; subject: string; most: number },
  exchange: (subject: string, bytes: Uint8Array) => Promise<Msg>,
): Promise<JsonValue[]> {
  const asked = `$JS.API.STREAM.MSG.GET.${stream}`;
  const get = async (wanted: { last_by_subj: string } | { seq: number; next_by_subj: string }) =>
    readMessage(await exchange(asked, encodeBytes(wanted, asked)), `${subject} of ${stream}`);
  const last = await get({ last_by_subj: subject });
  if (last === null) return [];
  const kept = [last];
  let next = 1;
  while (kept.length < most) {
    const found = await get({ seq: next, next_by_subj: subject });
    // Beyond the last one there is only what came since.
    if (found === null || found.sequence >= last.sequence) break;
    kept.splice(1, 0, found);
    next = found.sequence + 1;
  }
  return kept.map(({ message }) => message).filter((message) => message !== null);
}

function readMessage(reply: Msg, what: string): Kept | null {
  const { message, error } = reply.json<{
    message?: { seq?: number; data?: string };
    error?: { err_code?: number; description?: string };
  }>();
  if (error !== undefined) {
    if (NOTHING_THERE.has(error.err_code ?? 0)) return null;
    throw new BusError("failed", `the messages on ${what}: ${error.description}`);
  }
  const sequence = message?.seq;
  if (sequence === undefined) throw new BusError("failed", `the messages on ${what}: no sequence`);
  try {
    return { sequence, message: decodeBytes(Uint8Array.fromBase64(message?.data ?? "")) };
  } catch {
    return { sequence, message: null };
  }
}
