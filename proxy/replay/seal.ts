/** Sealing an answer: AES-256-GCM under a key of the caller's two secrets (HKDF-SHA-256). @module */
import type { Random } from "../../shared/effects.ts";
import type { JsonObject, JsonValue } from "../../shared/json.ts";
import type { Bytes } from "../dialects/mod.ts";
import type { ReplaySecret } from "./archive.ts";

const encoder = new TextEncoder();
const decoder = new TextDecoder();
const NONCE_BYTES = 12;

/** Seals a head and a body for one request; the request's id is bound to what is sealed. */
export async function seal(
  secret: ReplaySecret,
  requestId: string,
  { head, body }: { readonly head: string; readonly body: Bytes },
  random: Random,
): Promise<JsonObject> {
  const headBytes = encoder.encode(head);
  const plain = new Uint8Array(4 + headBytes.length + body.length);
  new DataView(plain.buffer).setUint32(0, headBytes.length);
  plain.set(headBytes, 4);
  plain.set(body, 4 + headBytes.length);
  const nonce = new Uint8Array(random.bytes(NONCE_BYTES));
  const key = await keyOf(secret);
  const sealed = await crypto.subtle.encrypt(algorithm(nonce, requestId), key, plain);
  return { nonce: nonce.toBase64(), sealed: new Uint8Array(sealed).toBase64() };
}

/** Opens what {@link seal} made. Rejects when the secrets, the id or the bytes are others. */
export async function open(
  secret: ReplaySecret,
  requestId: string,
  kept: JsonValue,
): Promise<{ readonly head: string; readonly body: Bytes }> {
  const { nonce, sealed } = kept as { nonce: string; sealed: string };
  const plain = new Uint8Array(
    await crypto.subtle.decrypt(
      algorithm(Uint8Array.fromBase64(nonce), requestId),
      await keyOf(secret),
      Uint8Array.fromBase64(sealed),
    ),
  );
  const headLength = new DataView(plain.buffer).getUint32(0);
  return {
    head: decoder.decode(plain.subarray(4, 4 + headLength)),
    body: plain.subarray(4 + headLength),
  };
}

function algorithm(nonce: Bytes, requestId: string) {
  return { name: "AES-GCM", iv: nonce, additionalData: encoder.encode(requestId) };
}

async function keyOf({ apiKey, idempotencyKey }: ReplaySecret): Promise<CryptoKey> {
  const secret = await crypto.subtle.importKey("raw", encoder.encode(apiKey), "HKDF", false, [
    "deriveKey",
  ]);
  const derivation = {
    name: "HKDF",
    hash: "SHA-256",
    salt: encoder.encode("sargalay answer replay v1"),
    info: encoder.encode(idempotencyKey),
  };
  return await crypto.subtle.deriveKey(
    derivation,
    secret,
    { name: "AES-GCM", length: 256 },
    false,
    ["encrypt", "decrypt"],
  );
}
