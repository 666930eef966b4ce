/** The signing keys of an export, checked as they come into force. @module */
import type { Findings } from "./findings.ts";
import { type EventLine, misshapen } from "./lines_of_export.ts";
import { MANIFEST, type Manifest, sameKey, type SigningKey, signingKeyShape } from "./manifest.ts";
import { SigningKeys, type SigningKeysSettings } from "./signing_keys.ts";

/** Takes keys from the manifest and from events, and notes what is wrong with them. */
export class KeyLog {
  /** Those that were taken. */
  readonly keys: SigningKeys;
  readonly #findings: Findings;
  readonly #logged: SigningKey[] = [];

  /** No keys yet. */
  constructor(settings: SigningKeysSettings, findings: Findings) {
    this.keys = new SigningKeys(settings);
    this.#findings = findings;
  }

  /** Takes the key that was in force before the export. */
  async takeFormer(key: SigningKey): Promise<void> {
    await this.#set(key, null);
  }

  /** Takes the key of a SigningKeySet event. */
  async take({ payload, position }: EventLine): Promise<void> {
    // What is no key is a finding of its payload already.
    if (misshapen(payload, signingKeyShape) !== null) return;
    const key = payload as unknown as SigningKey;
    this.#logged.push(key);
    await this.#set(key, position);
  }

  /** Notes that a key was told and none was taken. */
  finish(): void {
    const problem = this.keys.finish();
    if (problem !== null) this.#findings.fail("keys", { position: null, at: MANIFEST }, problem);
  }

  /** Whether the manifest names just the keys that events put in force. */
  isNamedBy({ from, keys }: Manifest): boolean {
    const named = from === 1 ? keys : keys.slice(1);
    return named.length === this.#logged.length &&
      named.every((key, index) => key !== null && sameKey(key, this.#logged[index]!));
  }

  async #set(key: SigningKey, position: number | null): Promise<void> {
    this.#findings.checked("keys");
    const problem = await this.keys.set(key, position);
    if (problem === null) return;
    const at = position === null ? MANIFEST : null;
    this.#findings.fail("keys", { position, at }, `the key ${key.keyHash}: ${problem}`);
  }
}
