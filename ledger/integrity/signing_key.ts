/** The keys that sign checkpoints, and how one key vouches for the next. @module */
import { Buffer } from "node:buffer";
import {
  createHash,
  createPrivateKey,
  createPublicKey,
  type KeyObject,
  sign,
  verify,
} from "node:crypto";

/** An Ed25519 key that can sign. The private half leaves this value only as signatures. */
export interface SigningKey {
  /** The 32 bytes of the public half, base64 with padding. */
  readonly publicKey: string;
  /** The 64 bytes of the signature over UTF-8 text. */
  sign(text: string): Uint8Array;
}

const PRIVATE_HEADER = "302e020100300506032b657004220420";
const PUBLIC_HEADER = "302a300506032b6570032100";
const BYTES = 32;

/** The key of a seed of 32 bytes (RFC 8032, section 5.1.5). Throws RangeError for another length. */
export function signingKeyOf(seed: Uint8Array): SigningKey {
  if (seed.length !== BYTES) throw new RangeError("a signing key has a seed of 32 bytes");
  const key = createPrivateKey({
    key: Buffer.concat([Buffer.from(PRIVATE_HEADER, "hex"), seed]),
    format: "der",
    type: "pkcs8",
  });
  const publicBytes = createPublicKey(key).export({ format: "der", type: "spki" });
  return {
    publicKey: publicBytes.subarray(-BYTES).toString("base64"),
    sign: (text) => new Uint8Array(sign(null, Buffer.from(text, "utf8"), key)),
  };
}

/** Whether `signature` is that of the text under a public key in base64; false for a bad key. */
export function isSignedBy(publicKey: string, text: string, signature: Uint8Array): boolean {
  const key = publicKeyOf(publicKey);
  return key !== null && signature.length === 64 &&
    verify(null, Buffer.from(text, "utf8"), key, signature);
}

/** The first four bytes of SHA-256(key name ‖ 0x0A ‖ 0x01 ‖ public key), 8 hexadecimal digits. */
export function keyHashOf(keyName: string, publicKey: string): string {
  return createHash("sha256")
    .update(keyName)
    .update(new Uint8Array([0x0a, 0x01]))
    .update(Buffer.from(publicKey, "base64"))
    .digest("hex").slice(0, 8);
}

/** What a key in force signs to put the next one in force; see docs/ledger-format.md. */
export function endorsementText(keyName: string, nextPublicKey: string): string {
  return `sargalay.signing-key.v1\n${keyName}\n${nextPublicKey}\n`;
}

function publicKeyOf(publicKey: string): KeyObject | null {
  const bytes = Buffer.from(publicKey, "base64");
  if (bytes.length !== BYTES || bytes.toString("base64") !== publicKey) return null;
  const key = Buffer.concat([Buffer.from(PUBLIC_HEADER, "hex"), bytes]);
  return createPublicKey({ key, format: "der", type: "spki" });
}
