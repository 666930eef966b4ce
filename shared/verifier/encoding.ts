/** Text and bytes: strict hexadecimal and base64, and length-prefixed fields. @module */

const encoder = new TextEncoder();

/** UTF-8 bytes of a text. */
export function utf8(text: string): Uint8Array {
  return encoder.encode(text);
}

/** Whether a text is `bytes` bytes in lower-case hexadecimal. */
export function isHex(text: unknown, bytes: number): text is string {
  return typeof text === "string" && text.length === 2 * bytes && /^[0-9a-f]*$/.test(text);
}

/** The bytes of padded, canonical base64 without blanks, or null when the text is anything else. */
export function fromBase64(text: string): Uint8Array | null {
  if (text.length % 4 !== 0 || !/^[A-Za-z0-9+/]*={0,2}$/.test(text)) return null;
  const binary = atob(text);
  // Bits beyond the last byte must be zero, or two texts would mean the same bytes.
  if (btoa(binary) !== text) return null;
  return Uint8Array.from(binary, (char) => char.charCodeAt(0));
}

/** Padded base64 of bytes. */
export function toBase64(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes));
}

const HEX_DIGITS = "0123456789abcdef";

/** Lower-case hexadecimal of bytes. */
export function toHex(bytes: Uint8Array): string {
  let text = "";
  for (const byte of bytes) text += HEX_DIGITS[byte >> 4]! + HEX_DIGITS[byte & 15]!;
  return text;
}

/** Writes the bytes of lower-case hexadecimal into `target` from `offset` on. */
export function writeHex(target: Uint8Array, offset: number, hex: string): void {
  for (let index = 0; index < hex.length; index += 2) {
    target[offset + (index >> 1)] = (digit(hex.charCodeAt(index)) << 4) |
      digit(hex.charCodeAt(index + 1));
  }
}

/** The bytes of lower-case hexadecimal. */
export function fromHex(hex: string): Uint8Array {
  const bytes = new Uint8Array(hex.length >> 1);
  writeHex(bytes, 0, hex);
  return bytes;
}

function digit(code: number): number {
  return code <= 57 ? code - 48 : code - 87;
}

/** Texts up to this many UTF-16 code units are short. */
const SHORT = 80;

/**
 * Builds the bytes under a hash: one leading byte, then fields of a 32-bit big-endian length and the
 * bytes. The buffer is used again by the next `begin`, so the bytes must be hashed before that.
 */
export class FieldWriter {
  #bytes = new Uint8Array(16_384);
  #length = 0;

  /** Starts anew with the leading byte. */
  begin(leadingByte: number): void {
    this.#bytes[0] = leadingByte;
    this.#length = 1;
  }

  /** Adds a text as UTF-8. */
  text(text: string): void {
    const start = this.#reserve(text.length * 3);
    // Short texts are nearly all ASCII, and a loop over them is faster than a call.
    if (text.length <= SHORT) {
      let index = 0;
      for (; index < text.length; index++) {
        const code = text.charCodeAt(index);
        if (code > 0x7f) break;
        this.#bytes[start + index] = code;
      }
      if (index === text.length) return this.#finish(start, index);
    }
    const { written } = encoder.encodeInto(text, this.#bytes.subarray(start));
    this.#finish(start, written);
  }

  /** Adds raw bytes that are given in lower-case hexadecimal. */
  hex(hex: string): void {
    const start = this.#reserve(hex.length >> 1);
    writeHex(this.#bytes, start, hex);
    this.#finish(start, hex.length >> 1);
  }

  /** Adds a field that is missing: the length 0xFFFFFFFF. */
  missing(): void {
    const start = this.#reserve(0);
    this.#bytes.fill(0xff, start - 4, start);
    this.#length = start;
  }

  /** The bytes so far, valid until the next `begin`. */
  bytes(): Uint8Array {
    return this.#bytes.subarray(0, this.#length);
  }

  /** Makes room for a length and `size` bytes; returns where the bytes begin. */
  #reserve(size: number): number {
    const needed = this.#length + 4 + size;
    if (needed > this.#bytes.length) {
      const larger = new Uint8Array(2 * needed);
      larger.set(this.#bytes.subarray(0, this.#length));
      this.#bytes = larger;
    }
    return this.#length + 4;
  }

  #finish(start: number, length: number): void {
    this.#bytes[start - 4] = length >>> 24;
    this.#bytes[start - 3] = length >>> 16;
    this.#bytes[start - 2] = length >>> 8;
    this.#bytes[start - 1] = length;
    this.#length = start + length;
  }
}
