/** The verifier's primitives by node:crypto. @module */
import { Buffer } from "node:buffer";
import { createHash, createPublicKey, hash, verify } from "node:crypto";
import type { VerifierCrypto } from "../../shared/verifier/mod.ts";

/** What DER has before the 32 bytes of an Ed25519 public key. */
const PUBLIC_KEY_HEADER = "302a300506032b6570032100";

/** SHA-256 and Ed25519 of the platform. */
export const nodeCrypto: VerifierCrypto = {
  sha256Hex: (bytes) => hash("sha256", bytes, "hex"),
  createSha256() {
    const running = createHash("sha256");
    return {
      update: (bytes) => void running.update(bytes),
      digestHex: () => running.digest("hex"),
    };
  },
  ed25519Verify(publicKey, message, signature) {
    try {
      const key = createPublicKey({
        key: Buffer.concat([Buffer.from(PUBLIC_KEY_HEADER, "hex"), publicKey]),
        format: "der",
        type: "spki",
      });
      return Promise.resolve(verify(null, message, key, signature));
    } catch {
      return Promise.resolve(false);
    }
  },
};
