/** Sealing an answer: AES-256-GCM under a key of the caller's two secrets (HKDF-SHA-256). @module */
import { createCipheriv, createDecipheriv, hkdfSync } from "node:crypto";
import type { Random } from "../../shared/effects.ts";
import type { JsonObject, JsonValue } from "../../shared/json.ts";
import type { Bytes } from "../dialects/mod.ts";
import type { ReplaySecret } from "./archive.ts";

const encoder = new TextEncoder();
const decoder = new TextDecoder();
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** Seals a head and a body for one request; the request's id is bound to what is sealed. */
export function seal(
  secret: ReplaySecret,
  requestId: string,
  { head, body }: { readonly head: string; readonly body: Bytes },
  random: Random,
): JsonObject {
  const headBytes = encoder.encode(head);
  const length = new Uint8Array(4);
  new DataView(length.buffer).setUint32(0, headBytes.length);
  const nonce = random.bytes(NONCE_BYTES);
  const cipher = createCipheriv("aes-256-gcm", keyOf(secret), nonce);
  cipher.setAAD(encoder.encode(requestId));
  const parts = [length, headBytes, body].map((part) => cipher.update(part));
  const sealed = joined([...parts, cipher.final(), cipher.getAuthTag()]);
  return { nonce: nonce.toBase64(), sealed: sealed.toBase64() };
}

/** Opens what {@link seal} made. Throws when the secrets, the id or the bytes are others. */
export function open(
  secret: ReplaySecret,
  requestId: string,
  kept: JsonValue,
): { readonly head: string; readonly body: Bytes } {
  const { nonce, sealed } = kept as { nonce: string; sealed: string };
  const bytes = Uint8Array.fromBase64(sealed);
  const decipher = createDecipheriv("aes-256-gcm", keyOf(secret), Uint8Array.fromBase64(nonce));
  decipher.setAAD(encoder.encode(requestId));
  decipher.setAuthTag(bytes.subarray(-TAG_BYTES));
  const plain = joined([decipher.update(bytes.subarray(0, -TAG_BYTES)), decipher.final()]);
  const headLength = new DataView(plain.buffer).getUint32(0);
  return {
    head: decoder.decode(plain.subarray(4, 4 + headLength)),
    body: plain.subarray(4 + headLength),
  };
}

function keyOf({ apiKey, idempotencyKey }: ReplaySecret): Uint8Array {
  return new Uint8Array(
    hkdfSync("sha256", apiKey, "sargalay answer replay v1", idempotencyKey, 32),
  );
}

function joined(parts: readonly Uint8Array[]): Bytes {
  const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let offset = 0;
  for (const part of parts) {
    whole.set(part, offset);
    offset += part.length;
  }
  return whole;
}
