/** SHA-256 and Ed25519 in a browser. @module */
import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex } from "@noble/hashes/utils.js";
import type { VerifierCrypto } from "../../shared/verifier/mod.ts";

/**
 * The verifier's primitives. Checking a signature rejects in a browser whose Web Crypto has no
 * Ed25519: that is not the same as a signature that does not hold.
 */
export const browserCrypto: VerifierCrypto = {
  sha256Hex: (bytes) => bytesToHex(sha256(bytes)),
  createSha256() {
    const running = sha256.create();
    return {
      update: (bytes) => void running.update(bytes),
      digestHex: () => bytesToHex(running.digest()),
    };
  },
  async ed25519Verify(publicKey, message, signature) {
    const key = await importKey(new Uint8Array(publicKey));
    if (key === null) return false;
    return await crypto.subtle.verify(
      "Ed25519",
      key,
      new Uint8Array(signature),
      new Uint8Array(message),
    );
  },
};

/** Null for bytes that are no key. Rejects when the browser has no Ed25519. */
async function importKey(raw: Uint8Array<ArrayBuffer>): Promise<CryptoKey | null> {
  try {
    return await crypto.subtle.importKey("raw", raw, "Ed25519", false, ["verify"]);
  } catch (error) {
    if (error instanceof DOMException && error.name === "NotSupportedError") {
      throw new Error("this browser has no Ed25519: use a newer one, or the command line", {
        cause: error,
      });
    }
    return null;
  }
}
