/** How errors look in Ollama's API. @module */
import type { JsonObject } from "../../../shared/json.ts";
import type { ProxyFailure } from "../../errors.ts";
import type { ErrorForm } from "../dialect.ts";

const encoder = new TextEncoder();

/** `{"error": …}`; in a stream a line of the same. */
export const ollamaErrors: ErrorForm = {
  body,
  event: (failure) => encoder.encode(`${JSON.stringify(body(failure))}\n`),
};

function body(failure: ProxyFailure): JsonObject {
  return { error: failure.message };
}
