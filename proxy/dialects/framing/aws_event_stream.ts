/**
 * `application/vnd.amazon.eventstream`: length, headers, payload, each message with two checksums.
 *
 * @module
 */
import type { Bytes } from "../dialect.ts";
import { concatenated } from "./bytes.ts";
import { crc32 } from "./crc32.ts";
import type { Framing } from "./framing.ts";

const PRELUDE_BYTES = 12;
const CHECKSUM_BYTES = 4;
const STRING = 7;
/** Bytes of the header values of fixed size, by their type; 6 and 7 carry their own length. */
const VALUE_BYTES: Readonly<Record<number, number>> = {
  0: 0,
  1: 0,
  2: 1,
  3: 2,
  4: 4,
  5: 8,
  8: 8,
  9: 16,
};

/** The name of an event that is an exception of the provider's, behind which its type stands. */
export const EXCEPTION = "exception:";

/** What stands for bytes whose checksum is wrong: no JSON. */
const CORRUPT = "!";

/** JSON in base64; beside it stands nothing but padding. */
const WRAPPED = /^\{(?:"p":"[^"\\]*",)?"bytes":"([A-Za-z0-9+/=]*)"[,}]/;

const decoder = new TextDecoder();
/** Each byte is one character, so that places in the text are places in the bytes. */
const byteDecoder = new TextDecoder("windows-1252");
const encoder = new TextEncoder();

/**
 * See the module. An event's name is its `:event-type`, or {@link EXCEPTION} with the type of an
 * exception; a payload that wraps JSON in base64 (`{"bytes": …}`) is unwrapped. In text an event is a
 * line of its name, a tabulator and its payload. A wrong checksum makes an event that is no JSON.
 */
export const awsEventStream: Framing = {
  lastEnd(pending, chunk) {
    const whole = concatenated(pending, chunk);
    return Math.max(0, messageEnds(whole).end - (whole.length - chunk.length));
  },
  split(whole) {
    const messages: Bytes[] = [];
    let start = 0;
    for (const end of messageEnds(whole).ends) {
      messages.push(whole.subarray(start, end));
      start = end;
    }
    if (start < whole.length) messages.push(whole.subarray(start));
    return messages;
  },
  textOf: (whole) =>
    isWhole(whole) ? lineOf(whole) : awsEventStream.split(whole).map(lineOf).join(""),
  eventsIn: (text) =>
    text.split("\n").flatMap((line) => {
      const tab = line.indexOf("\t");
      return tab === -1 ? [] : [{ name: line.slice(0, tab), data: line.slice(tab + 1) }];
    }),
  isOneEvent: (text) =>
    text.indexOf("\n") === text.length - 1 && text.includes("\t{") && !text.startsWith(EXCEPTION),
};

/** Where each whole message ends; what cannot be a message is one that ends with the bytes. */
function messageEnds(whole: Bytes): { readonly ends: readonly number[]; readonly end: number } {
  const view = new DataView(whole.buffer, whole.byteOffset, whole.length);
  const ends: number[] = [];
  let start = 0;
  while (start + PRELUDE_BYTES <= whole.length) {
    const total = view.getUint32(start);
    const headers = view.getUint32(start + 4);
    const broken = crc32(whole, start, start + 8) !== view.getUint32(start + 8) ||
      total < PRELUDE_BYTES + headers + CHECKSUM_BYTES;
    if (!broken && start + total > whole.length) break;
    start = broken ? whole.length : start + total;
    ends.push(start);
  }
  return { ends, end: ends.at(-1) ?? 0 };
}

/** Whether the bytes are one message by its own account. */
function isWhole(bytes: Bytes): boolean {
  return bytes.length >= PRELUDE_BYTES &&
    new DataView(bytes.buffer, bytes.byteOffset, 4).getUint32(0) === bytes.length;
}

function lineOf(message: Bytes): string {
  const view = new DataView(message.buffer, message.byteOffset, message.length);
  if (
    message.length < PRELUDE_BYTES + CHECKSUM_BYTES || view.getUint32(0) !== message.length ||
    view.getUint32(4) + PRELUDE_BYTES + CHECKSUM_BYTES > message.length ||
    crc32(message, 0, 8) !== view.getUint32(8) ||
    crc32(message, 0, message.length - CHECKSUM_BYTES) !==
      view.getUint32(message.length - CHECKSUM_BYTES)
  ) {
    return `corrupt\t${CORRUPT}\n`;
  }
  const payloadAt = PRELUDE_BYTES + view.getUint32(4);
  const headers = headersOf(message.subarray(PRELUDE_BYTES, payloadAt));
  const payload = decoder.decode(message.subarray(payloadAt, message.length - CHECKSUM_BYTES));
  switch (headers.get(":message-type")) {
    case "exception":
      return line(`${EXCEPTION}${headers.get(":exception-type") ?? "unknown"}`, payload);
    case "error": {
      const message = headers.get(":error-message") ?? "";
      return line(
        `${EXCEPTION}${headers.get(":error-code") ?? "unknown"}`,
        JSON.stringify({ message }),
      );
    }
    default:
      return line(headers.get(":event-type") ?? "", unwrapped(payload));
  }
}

/** Raw line ends inside a JSON text are white space, so that they may be replaced by it. */
function line(name: string, payload: string): string {
  const oneLine = payload.includes("\n") || payload.includes("\r")
    ? payload.replaceAll(/[\r\n]/g, " ")
    : payload;
  return `${/[\t\n]/.test(name) ? "" : name}\t${oneLine}\n`;
}

function unwrapped(payload: string): string {
  const base64 = WRAPPED.exec(payload)?.[1];
  if (base64 === undefined) return payload;
  try {
    return decoder.decode(Uint8Array.fromBase64(base64));
  } catch {
    return payload;
  }
}

/** The headers that are strings, which AWS writes in ASCII; all others are skipped. */
function headersOf(bytes: Bytes): ReadonlyMap<string, string> {
  const text = byteDecoder.decode(bytes);
  const headers = new Map<string, string>();
  for (let at = 0; at < bytes.length;) {
    const nameEnd = at + 1 + (bytes[at] ?? 0);
    const type = bytes[nameEnd] ?? 0;
    const fixed = VALUE_BYTES[type];
    if (fixed !== undefined) {
      at = nameEnd + 1 + fixed;
      continue;
    }
    const valueAt = nameEnd + 3;
    const end = valueAt + (bytes[nameEnd + 1] ?? 0) * 256 + (bytes[nameEnd + 2] ?? 0);
    if (type === STRING) headers.set(text.slice(at + 1, nameEnd), text.slice(valueAt, end));
    at = end;
  }
  return headers;
}

/** One message with string headers and a payload. */
export function awsMessage(headers: Readonly<Record<string, string>>, payload: string): Bytes {
  const parts = Object.entries(headers).map(([name, value]) => {
    const nameBytes = encoder.encode(name);
    const valueBytes = encoder.encode(value);
    return Uint8Array.from([
      nameBytes.length,
      ...nameBytes,
      STRING,
      valueBytes.length >> 8,
      valueBytes.length & 0xff,
      ...valueBytes,
    ]);
  });
  const head = concatenated(parts, new Uint8Array(0));
  const body = encoder.encode(payload);
  const message = new Uint8Array(PRELUDE_BYTES + head.length + body.length + CHECKSUM_BYTES);
  const view = new DataView(message.buffer);
  view.setUint32(0, message.length);
  view.setUint32(4, head.length);
  view.setUint32(8, crc32(message, 0, 8));
  message.set(head, PRELUDE_BYTES);
  message.set(body, PRELUDE_BYTES + head.length);
  const checked = message.length - CHECKSUM_BYTES;
  view.setUint32(checked, crc32(message, 0, checked));
  return message;
}
