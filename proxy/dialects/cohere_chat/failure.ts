/** How errors look in Cohere's APIs. @module */
import type { JsonObject } from "../../../shared/json.ts";
import type { ProxyFailure } from "../../errors.ts";
import type { Bytes, ErrorForm } from "../dialect.ts";

const encoder = new TextEncoder();

/** `{"message": …}`; in a stream the end of the message, with the error in it. */
export const cohereErrors: ErrorForm = {
  body,
  event(failure) {
    const delta = { finish_reason: "ERROR", error: failure.message };
    return encoder.encode(
      `event: message-end\ndata: ${JSON.stringify({ type: "message-end", delta })}\n\n`,
    );
  },
};

/** The same in a stream of the first version. */
export function lineErrorEvent(failure: ProxyFailure): Bytes {
  const event = {
    is_finished: true,
    event_type: "stream-end",
    finish_reason: "ERROR",
    error: failure.message,
  };
  return encoder.encode(`${JSON.stringify(event)}\n`);
}

function body(failure: ProxyFailure, requestId: string | null = null): JsonObject {
  return { ...(requestId === null ? {} : { id: requestId }), message: failure.message };
}
