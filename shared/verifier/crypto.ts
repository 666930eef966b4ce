/** The only two primitives that the verifier needs; it is given them and brings none. @module */

/** SHA-256 over bytes that come in pieces. */
export interface RunningSha256 {
  update(bytes: Uint8Array): void;
  /** Lower-case hexadecimal, 64 digits; called once, last. */
  digestHex(): string;
}

/** The primitives, from whatever the platform has. */
export interface VerifierCrypto {
  /** SHA-256 in lower-case hexadecimal. The bytes may be overwritten after the call. */
  sha256Hex(bytes: Uint8Array): string;
  /** Begins a SHA-256 over a file. */
  createSha256(): RunningSha256;
  /** Whether a 64-byte Ed25519 signature holds; false, never an error, for a key that is no point. */
  ed25519Verify(
    publicKey: Uint8Array,
    message: Uint8Array,
    signature: Uint8Array,
  ): Promise<boolean>;
}
