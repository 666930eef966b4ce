/** Which key signs when, and how far it can be trusted. @module */
import {
  type Checkpoint,
  fingerprintOf,
  isSignedBy,
  keyHashOf,
  type NamedKey,
} from "./checkpoint.ts";
import type { VerifierCrypto } from "./crypto.ts";
import { fromBase64, toBase64, utf8 } from "./encoding.ts";
import type { SigningKey } from "./manifest.ts";

/** Why a key is believed: it was told, endorsed by the one before, or for nothing at all. */
export type KeyTrust = "told" | "endorsed" | "not_told" | "refused";

/** A key that was in force. */
export interface KeyInForce {
  readonly name: string;
  /** Base64. */
  readonly publicKey: string;
  readonly keyHash: string;
  /** SHA-256 of the key's 32 bytes, in groups of four digits. */
  readonly fingerprint: string;
  /** Of its SigningKeySet event; null when that is before the export. */
  readonly position: number | null;
  readonly trust: KeyTrust;
}

/** What {@link SigningKeys} works with. */
export interface SigningKeysSettings {
  readonly origin: string;
  /** Whether the first key is the log's first, and not one that came into force earlier. */
  readonly fromStart: boolean;
  /** Keys that the verifier was given by people. */
  readonly told: readonly NamedKey[];
  readonly crypto: VerifierCrypto;
}

/** The keys of one log, in the order in which they came into force. */
export class SigningKeys {
  readonly #origin: string;
  readonly #fromStart: boolean;
  readonly #told: readonly NamedKey[];
  readonly #crypto: VerifierCrypto;
  readonly #keys: (KeyInForce & { readonly bytes: Uint8Array })[] = [];

  /** No keys yet. */
  constructor({ origin, fromStart, told, crypto }: SigningKeysSettings) {
    this.#origin = origin;
    this.#fromStart = fromStart;
    this.#told = told;
    this.#crypto = crypto;
  }

  /** The keys so far. */
  get all(): readonly KeyInForce[] {
    return this.#keys.map(({ bytes: _, ...key }) => key);
  }

  /** Whether every key was told or endorsed in a chain from a told one; false without any key. */
  get vouchedFor(): boolean {
    return this.#told.length > 0 && this.#keys.length > 0 &&
      this.#keys.every(({ trust }) => trust === "told" || trust === "endorsed");
  }

  /** What is wrong at the end of the log, or null: a key was told and none is in force. */
  finish(): string | null {
    return this.#told.length > 0 && this.#keys.length === 0
      ? "a key was told, and the log puts none in force"
      : null;
  }

  /** Puts a key in force; returns what is wrong with it, or null. */
  async set(key: SigningKey, position: number | null): Promise<string | null> {
    const bytes = fromBase64(key.publicKey);
    if (bytes?.length !== 32) return "its public key is not 32 bytes in base64";
    const named = { name: key.keyName, publicKey: bytes };
    const wrong = this.#misnamed(key, named);
    const told = this.#isTold(named);
    const problem = wrong ?? await this.#unendorsed(key, told);
    const trust = problem !== null
      ? "refused"
      : told
      ? "told"
      : this.#keys.length === 0 && this.#told.length === 0
      ? "not_told"
      : "endorsed";
    this.#keys.push({
      name: key.keyName,
      publicKey: key.publicKey,
      keyHash: key.keyHash,
      fingerprint: fingerprintOf(bytes, this.#crypto),
      position,
      trust,
      bytes,
    });
    return problem;
  }

  /** Whether the key in force at the checkpoint has signed it; a sentence when not. */
  async verify(checkpoint: Checkpoint): Promise<string | null> {
    const key = this.#keys.findLast(({ position }) => (position ?? 0) <= checkpoint.position);
    if (key === undefined) return "no signing key was in force";
    const named = { name: key.name, publicKey: key.bytes };
    if (await isSignedBy(checkpoint, named, this.#crypto)) return null;
    return `no signature on it is that of the key in force (${key.name} ${key.keyHash})`;
  }

  #misnamed(key: SigningKey, named: NamedKey): string | null {
    if (key.keyName !== this.#origin) {
      return `its name is ${key.keyName}, the origin is ${this.#origin}`;
    }
    const keyHash = keyHashOf(named, this.#crypto);
    return key.keyHash === keyHash ? null : `its hash is ${key.keyHash}, computed ${keyHash}`;
  }

  async #unendorsed(key: SigningKey, told: boolean): Promise<string | null> {
    const former = this.#keys.at(-1);
    if (former === undefined) return await this.#unendorsedFirst(key, told);
    if (told) return null;
    if (former.trust === "refused") return "the key before it is refused";
    if (key.endorsement === null) return "the key before it has not endorsed it";
    return await this.#endorses(former.bytes, key)
      ? null
      : "its endorsement is no signature of the key before it";
  }

  async #unendorsedFirst(key: SigningKey, told: boolean): Promise<string | null> {
    if (this.#fromStart && key.endorsement !== null) {
      return "it is the first key of the log, and has an endorsement that nobody can have given";
    }
    if (told || this.#told.length === 0) return null;
    if (this.#fromStart) return "it is the first key, and another one was told";
    for (const { name, publicKey } of this.#told) {
      if (name === this.#origin && await this.#endorses(publicKey, key)) return null;
    }
    return "it is in force before the export, it was not told, and no told key has endorsed it";
  }

  /** Whether a key's endorsement is a signature of another one. */
  async #endorses(former: Uint8Array, key: SigningKey): Promise<boolean> {
    const signature = key.endorsement === null ? null : fromBase64(key.endorsement);
    if (signature?.length !== 64) return false;
    const text = `sargalay.signing-key.v1\n${this.#origin}\n${key.publicKey}\n`;
    return await this.#crypto.ed25519Verify(former, utf8(text), signature);
  }

  #isTold({ name, publicKey }: NamedKey): boolean {
    const encoded = toBase64(publicKey);
    return this.#told.some((told) => told.name === name && toBase64(told.publicKey) === encoded);
  }
}
