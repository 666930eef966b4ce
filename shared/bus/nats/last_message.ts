/** Asking a server for the last message of a subject, without a consumer. @module */
import type { Msg } from "@nats-io/nats-core";
import type { JsonValue } from "../../json.ts";
import { BusError } from "../bus.ts";
import { decodeBytes, encodeBytes } from "../encoding.ts";

const NOTHING_THERE: ReadonlySet<number> = new Set([
  10_037, // The stream has no such message.
  10_059, // There is no such stream.
]);

/** The request of JetStream's API. */
export function lastMessageRequest(
  stream: string,
  subject: string,
): { readonly subject: string; readonly bytes: Uint8Array } {
  const asked = `$JS.API.STREAM.MSG.GET.${stream}`;
  return { subject: asked, bytes: encodeBytes({ last_by_subj: subject }, asked) };
}

/** The message in the server's answer, or null when there is none. Throws BusError `failed`. */
export function readLastMessage(reply: Msg, what: string): JsonValue | null {
  const { message, error } = reply.json<{
    message?: { data?: string };
    error?: { err_code?: number; description?: string };
  }>();
  if (error !== undefined) {
    if (NOTHING_THERE.has(error.err_code ?? 0)) return null;
    throw new BusError("failed", `the last message on ${what}: ${error.description}`);
  }
  try {
    return decodeBytes(Uint8Array.fromBase64(message?.data ?? ""));
  } catch (cause) {
    throw new BusError("failed", `the last message on ${what} is not JSON`, { cause });
  }
}
