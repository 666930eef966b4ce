/** UUID version 7 (RFC 9562, section 5.7). @module */
import type { Clock, Random } from "../effects.ts";

const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, "0"));

/** Creates a UUIDv7: 48 bits of millisecond time, then 74 random bits. */
export function uuidv7(effects: { readonly clock: Clock; readonly random: Random }): string {
  const bytes = effects.random.bytes(16);
  let rest = effects.clock.nowMs();
  for (let index = 5; index >= 0; index--) {
    bytes[index] = rest % 256;
    rest = Math.floor(rest / 256);
  }
  bytes[6] = 0x70 | (bytes[6]! & 0x0f);
  bytes[8] = 0x80 | (bytes[8]! & 0x3f);
  let id = "";
  for (let index = 0; index < 16; index++) {
    if (index === 4 || index === 6 || index === 8 || index === 10) id += "-";
    id += HEX[bytes[index]!];
  }
  return id;
}

/** The millisecond time inside a UUIDv7. Returns null when `id` is not one. */
export function uuidv7TimeMs(id: string): number | null {
  if (!/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/.test(id)) {
    return null;
  }
  return parseInt(id.slice(0, 8) + id.slice(9, 13), 16);
}
