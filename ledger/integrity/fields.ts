/** Length-prefixed fields: the bytes under every hash of the ledger. @module */

const encoder = new TextEncoder();
const NULL_LENGTH = 0xffffffff;

/** What a field can hold: text (as UTF-8), raw bytes, or nothing at all. */
export type Field = string | Uint8Array | null;

// One buffer for all: nothing is awaited between filling and copying it. Longer lists get their own.
const shared = new Uint8Array(65_536);

/**
 * Joins fields after one leading byte: each is its length in bytes as 32 bits big-endian, then the
 * bytes; null is the length 0xFFFFFFFF and no bytes. No two lists of fields share their bytes.
 */
export function encodeFields(
  leadingByte: number,
  fields: readonly Field[],
): Uint8Array<ArrayBuffer> {
  let bound = 1;
  for (const field of fields) {
    // UTF-8 takes at most three bytes for a UTF-16 code unit.
    bound += 4 + (field === null ? 0 : typeof field === "string" ? field.length * 3 : field.length);
  }
  const bytes = bound <= shared.length ? shared : new Uint8Array(bound);
  bytes[0] = leadingByte;
  let offset = 1;
  for (const field of fields) {
    const start = offset + 4;
    let length = 0;
    if (typeof field === "string") {
      length = writeText(bytes, start, field);
    } else if (field !== null) {
      bytes.set(field, start);
      length = field.length;
    }
    writeLength(bytes, offset, field === null ? NULL_LENGTH : length);
    offset = start + length;
  }
  return bytes.slice(0, offset);
}

/** Beyond this many characters, calling the encoder costs less than a loop. */
const LONGEST_LOOP = 40;

/** Writes UTF-8 and returns its length. Short texts are nearly all ASCII, and a loop writes them best. */
function writeText(bytes: Uint8Array<ArrayBuffer>, start: number, text: string): number {
  if (text.length > LONGEST_LOOP) return encoder.encodeInto(text, bytes.subarray(start)).written;
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    if (code > 0x7f) return encoder.encodeInto(text, bytes.subarray(start)).written;
    bytes[start + index] = code;
  }
  return text.length;
}

function writeLength(bytes: Uint8Array, offset: number, length: number): void {
  bytes[offset] = length >>> 24;
  bytes[offset + 1] = length >>> 16;
  bytes[offset + 2] = length >>> 8;
  bytes[offset + 3] = length;
}
