/** API keys: shown once, kept only as a hash. @module */
import { createHash } from "node:crypto";
import type { Random } from "../effects.ts";

const PREFIX = "sk-sgl-";
const ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const SECRET_LENGTH = 43;

/** A freshly made key. `secret` is shown to its owner once and never stored. */
export interface ApiKey {
  /** The whole key, `sk-sgl-` and 43 base-62 characters (256 bits of randomness). */
  readonly secret: string;
  /** Lower-case hex SHA-256 of the secret. */
  readonly hash: string;
  /** What may be shown later, such as `sk-sgl-4fQz…`. */
  readonly prefix: string;
}

/** Makes an API key; characters are drawn without modulo bias. */
export function createApiKey(random: Random): ApiKey {
  let body = "";
  while (body.length < SECRET_LENGTH) {
    for (const byte of random.bytes(64)) {
      if (byte < 248 && body.length < SECRET_LENGTH) body += ALPHABET[byte % 62];
    }
  }
  const secret = PREFIX + body;
  return { secret, hash: apiKeyHash(secret), prefix: `${secret.slice(0, PREFIX.length + 4)}…` };
}

/** Lower-case hex SHA-256 of a presented key. A look-up by it leaks nothing useful by its timing. */
export function apiKeyHash(secret: string): string {
  return createHash("sha256").update(secret).digest("hex");
}

/** Whether text has the shape of a key, before any hash is computed. */
export function looksLikeApiKey(text: string): boolean {
  return text.length === PREFIX.length + SECRET_LENGTH && text.startsWith(PREFIX) &&
    /^[0-9A-Za-z]+$/.test(text.slice(PREFIX.length));
}
