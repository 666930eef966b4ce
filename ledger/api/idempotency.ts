/** Idempotency keys of HTTP calls and the operation ids they become. @module */
import { createHash } from "node:crypto";
import type { Effects } from "../../shared/effects.ts";
import { uuidv7 } from "../../shared/ids/mod.ts";

const KEY_PATTERN = /^[A-Za-z0-9][A-Za-z0-9._:-]{0,99}$/;

/** The key of one call: the caller's own, or one made for it. */
export interface IdempotencyKey {
  readonly key: string;
  /** Whether the caller named it, so that a repetition is to be expected. */
  readonly given: boolean;
}

/**
 * The key that the header `idempotency-key` names, a fresh one when it is absent, or null when it is
 * not 1 to 100 letters, digits or `. _ : -`.
 */
export function idempotencyKeyOf(
  header: string | null,
  effects: Pick<Effects, "clock" | "random">,
): IdempotencyKey | null {
  if (header === null) return { key: uuidv7(effects), given: false };
  return KEY_PATTERN.test(header) ? { key: header, given: true } : null;
}

/**
 * The operation id of a call. Keys belong to their actor: two people may use the same one. The
 * actor is hashed because it may hold characters that an operation id may not.
 */
export function operationIdOf(actor: string, key: string): string {
  const owner = createHash("sha256").update(actor).digest("hex").slice(0, 32);
  return `api:${owner}:${key}`;
}
