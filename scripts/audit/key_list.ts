/** The answer of `GET /checkpoints/0/keys`, and which of its keys can be believed. @module */
import {
  fingerprintOf,
  fromBase64,
  type NamedKey,
  SigningKeys,
} from "../../shared/verifier/mod.ts";
import { nodeCrypto } from "./node_crypto.ts";

interface ListedKey {
  readonly keyName: string;
  readonly keyHash: string;
  readonly publicKey: string;
  readonly endorsement: string | null;
}

/** Such an answer, and the file that it was read from. */
export interface KeyList {
  readonly origin: string;
  /** At least one. */
  readonly keys: readonly ListedKey[];
  readonly file: string;
}

/** The list in a text; null when the text is no JSON object. Throws when it is another one. */
export function keyListIn(file: string, text: string): KeyList | null {
  if (!text.trimStart().startsWith("{")) return null;
  const value = parse(text);
  if (isAnswer(value)) return { origin: value.origin, keys: value.keys, file };
  throw new Error(`--key ${file} is no answer of GET /checkpoints/0/keys`);
}

function isAnswer(value: unknown): value is Omit<KeyList, "file"> {
  return isObject(value) && typeof value.origin === "string" && Array.isArray(value.keys) &&
    value.keys.length > 0 && value.keys.every(isListedKey);
}

function isListedKey(value: unknown): value is ListedKey {
  return isObject(value) && typeof value.keyName === "string" &&
    typeof value.keyHash === "string" && typeof value.publicKey === "string" &&
    (value.endorsement === null || typeof value.endorsement === "string");
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/**
 * The keys of a list that `told` ones reach by endorsements, each by the key before it. Without
 * any told key the list's first one is taken for told, which a note says; further notes name
 * the keys that are not believed.
 */
export async function followKeys(
  { origin, keys, file }: KeyList,
  told: readonly NamedKey[],
): Promise<{ readonly keys: readonly NamedKey[]; readonly notes: readonly string[] }> {
  const believed: NamedKey[] = [];
  const notes: string[] = [];
  const first = keys[0]!;
  const firstBytes = fromBase64(first.publicKey);
  const alone = told.length === 0 && firstBytes?.length === 32;
  if (alone) {
    notes.push(
      `the first key of ${file} is taken for told: ${first.keyName} ${first.keyHash}, ` +
        `fingerprint ${fingerprintOf(firstBytes, nodeCrypto)}`,
    );
  }
  const start = alone ? [{ name: first.keyName, publicKey: firstBytes }] : told;
  const log = new SigningKeys({ origin, fromStart: true, told: start, crypto: nodeCrypto });
  for (const [index, key] of keys.entries()) {
    const problem = await log.set(key, index + 1);
    const publicKey = fromBase64(key.publicKey);
    if (problem === null && publicKey !== null) {
      believed.push({ name: key.keyName, publicKey });
    } else {
      notes.push(`${key.keyName} ${key.keyHash} of ${file} is not believed: ${problem}`);
    }
  }
  return { keys: believed, notes };
}
