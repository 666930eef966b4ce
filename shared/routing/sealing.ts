/** Sealing provider keys with AES-256-GCM, and opening them again. @module */
import { createCipheriv, createDecipheriv, createHash, createHmac } from "node:crypto";
import type { Random } from "../effects.ts";
import type { Envelope, Fingerprint, ProviderKeyLevel } from "./provider_key.ts";

/** A master key: 32 bytes with a name of 1 to 32 letters, digits, `-` or `_`. Secret. */
export interface MasterKey {
  readonly id: string;
  readonly bytes: Uint8Array;
}

/** Master keys: the first seals, all of them open. At least one. Secret. */
export type MasterKeys = readonly [MasterKey, ...MasterKey[]];

/** What an envelope is bound to. */
export interface SealedPlace {
  readonly provider: string;
  readonly level: ProviderKeyLevel;
  readonly ownerId: string | null;
  readonly keyId: string;
}

const NONCE_BYTES = 12;
const KEY_BYTES = 32;
const TAG_BYTES = 16;

/**
 * Reads `id:base64,id:base64,…` (line breaks separate as commas do), 32 bytes each. Throws Error
 * naming the place that is wrong, never the key.
 */
export function parseMasterKeys(text: string): MasterKeys {
  const parts = text.split(/[,\n]/).map((part) => part.trim()).filter((part) => part !== "");
  const keys = parts.map((part, index): MasterKey => {
    const found = /^([A-Za-z0-9_-]{1,32}):([A-Za-z0-9+/]{43}=)$/.exec(part);
    if (found === null) {
      throw new Error(`master key ${index + 1} is not <id>:<base64 of 32 bytes>`);
    }
    return { id: found[1]!, bytes: Uint8Array.fromBase64(found[2]!) };
  });
  const [first, ...others] = keys;
  if (first === undefined) throw new Error("there is no master key");
  if (new Set(keys.map(({ id }) => id)).size < keys.length) {
    throw new Error("two master keys have the same id");
  }
  return [first, ...others];
}

/** A new master key in the form that {@link parseMasterKeys} reads. */
export function makeMasterKey(random: Random): string {
  return `mk-${random.bytes(6).toHex()}:${random.bytes(KEY_BYTES).toBase64()}`;
}

/** Seals a secret for its place under the first master key. */
export function sealSecret(
  secret: string,
  place: SealedPlace,
  { masterKeys, random }: { masterKeys: MasterKeys; random: Random },
): Envelope {
  const dataKey = random.bytes(KEY_BYTES);
  const nonce = random.bytes(NONCE_BYTES);
  const ciphertext = encrypt(dataKey, nonce, new TextEncoder().encode(secret), place, "secret");
  const wrapped = wrap(dataKey, place, { masterKey: masterKeys[0], random });
  dataKey.fill(0);
  return {
    algorithm: "A256GCM",
    ...wrapped,
    nonce: nonce.toBase64(),
    ciphertext: ciphertext.toBase64(),
  };
}

/** The secret of an envelope, or null: another place, an unknown master key, or it was changed. */
export function openSecret(
  envelope: Envelope,
  place: SealedPlace,
  masterKeys: MasterKeys,
): string | null {
  const dataKey = unwrap(envelope, place, masterKeys);
  if (dataKey === null) return null;
  const nonce = Uint8Array.fromBase64(envelope.nonce);
  const secret = decrypt(dataKey, nonce, envelope.ciphertext, place, "secret");
  dataKey.fill(0);
  return secret === null ? null : new TextDecoder().decode(secret);
}

/**
 * The same secret with its data key under the first master key; the envelope itself when it is so
 * already, and null when it cannot be opened. The secret is not decrypted.
 */
export function rewrapEnvelope(
  envelope: Envelope,
  place: SealedPlace,
  { masterKeys, random }: { masterKeys: MasterKeys; random: Random },
): Envelope | null {
  const dataKey = unwrap(envelope, place, masterKeys);
  if (dataKey === null) return null;
  if (envelope.masterKeyId === masterKeys[0].id) return envelope;
  const wrapped = wrap(dataKey, place, { masterKey: masterKeys[0], random });
  dataKey.fill(0);
  return { ...envelope, ...wrapped };
}

/** What people recognise a secret by. */
export function fingerprintOf(secret: string): Fingerprint {
  return {
    last4: secret.length < 12 ? "" : secret.slice(-4),
    sha256Prefix: createHash("sha256").update(secret).digest("hex").slice(0, 8),
  };
}

/**
 * Bytes that nobody can predict without the first master key, the same for the same `context`: a
 * call that is repeated seals its secret in the same envelope. `context` must hold all that is sealed.
 */
export function randomFromContext(masterKeys: MasterKeys, context: readonly string[]): Random {
  const seed = createHmac("sha256", masterKeys[0].bytes)
    .update(JSON.stringify(["sargalay seal", ...context])).digest();
  let drawn = 0;
  return {
    bytes(length) {
      if (length > KEY_BYTES) throw new RangeError(`at most ${KEY_BYTES} bytes, not ${length}`);
      const block = createHmac("sha256", seed).update(`${drawn++}`).digest();
      return new Uint8Array(block.subarray(0, length));
    },
  };
}

function wrap(
  dataKey: Uint8Array,
  place: SealedPlace,
  { masterKey, random }: { masterKey: MasterKey; random: Random },
) {
  const wrapNonce = random.bytes(NONCE_BYTES);
  const wrappedKey = encrypt(masterKey.bytes, wrapNonce, dataKey, place, "data key");
  return {
    masterKeyId: masterKey.id,
    wrapNonce: wrapNonce.toBase64(),
    wrappedKey: wrappedKey.toBase64(),
  };
}

function unwrap(
  { masterKeyId, wrapNonce, wrappedKey }: Envelope,
  place: SealedPlace,
  masterKeys: MasterKeys,
): Uint8Array | null {
  const masterKey = masterKeys.find(({ id }) => id === masterKeyId);
  if (masterKey === undefined) return null;
  const nonce = Uint8Array.fromBase64(wrapNonce);
  return decrypt(masterKey.bytes, nonce, wrappedKey, place, "data key");
}

type Part = "secret" | "data key";

function boundTo({ provider, level, ownerId, keyId }: SealedPlace, part: Part): Uint8Array {
  const text = JSON.stringify(["sargalay provider key 1", part, provider, level, ownerId, keyId]);
  return new TextEncoder().encode(text);
}

function encrypt(
  key: Uint8Array,
  nonce: Uint8Array,
  plain: Uint8Array,
  place: SealedPlace,
  part: Part,
): Uint8Array {
  const cipher = createCipheriv("aes-256-gcm", key, nonce);
  cipher.setAAD(boundTo(place, part));
  const body = cipher.update(plain);
  cipher.final();
  const sealed = new Uint8Array(body.length + TAG_BYTES);
  sealed.set(body);
  sealed.set(cipher.getAuthTag(), body.length);
  return sealed;
}

function decrypt(
  key: Uint8Array,
  nonce: Uint8Array,
  sealedText: string,
  place: SealedPlace,
  part: Part,
): Uint8Array | null {
  const sealed = Uint8Array.fromBase64(sealedText);
  if (sealed.length < TAG_BYTES) return null;
  const decipher = createDecipheriv("aes-256-gcm", key, nonce, { authTagLength: TAG_BYTES });
  decipher.setAAD(boundTo(place, part));
  decipher.setAuthTag(sealed.subarray(-TAG_BYTES));
  const plain = decipher.update(sealed.subarray(0, -TAG_BYTES));
  try {
    decipher.final();
  } catch {
    return null;
  }
  return new Uint8Array(plain);
}
