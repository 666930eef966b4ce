/** Messages as JSON text, within the size that every bus carries. @module */
import type { JsonValue } from "../json.ts";
import { BusError } from "./bus.ts";

/** The most bytes of a message's JSON; the rest of a NATS payload is left for headers. */
export const MAX_MESSAGE_BYTES = 1_000_000;

const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { fatal: true });

/**
 * The JSON of a message. Throws BusError `too_large` above {@link MAX_MESSAGE_BYTES}, `failed` for
 * what JSON cannot carry; trying again does not help.
 */
export function encodeText(message: JsonValue, subject: string): string {
  const text = stringify(message, subject);
  // A UTF-16 unit takes at most three bytes, so that most messages need no second look.
  if (text.length * 3 > MAX_MESSAGE_BYTES) checkSize(encoder.encode(text).length, subject);
  return text;
}

/** The JSON of a message in UTF-8; throws as {@link encodeText} does. */
export function encodeBytes(message: JsonValue, subject: string): Uint8Array {
  const bytes = encoder.encode(stringify(message, subject));
  checkSize(bytes.length, subject);
  return bytes;
}

/** The message that a peer sent; throws SyntaxError or TypeError when it is not JSON in UTF-8. */
export function decodeBytes(bytes: Uint8Array): JsonValue {
  return JSON.parse(decoder.decode(bytes));
}

function stringify(message: JsonValue, subject: string): string {
  let text: string | undefined;
  try {
    text = JSON.stringify(message);
  } catch (error) {
    throw new BusError("failed", `message to ${subject} is not JSON`, { cause: error });
  }
  if (text === undefined) throw new BusError("failed", `message to ${subject} is not JSON`);
  return text;
}

function checkSize(bytes: number, subject: string): void {
  if (bytes <= MAX_MESSAGE_BYTES) return;
  throw new BusError(
    "too_large",
    `message to ${subject} has ${bytes} bytes, the most is ${MAX_MESSAGE_BYTES}`,
  );
}
