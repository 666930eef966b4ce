/**
 * Signatures of other providers as `encrypted_content`: a client sends it back as it is, and its
 * prefix tells whose it is. OpenAI's own has none.
 *
 * @module
 */
import type { Signature } from "../conversation.ts";

const OTHERS = ["anthropic", "google"] as const;

/** The text for the member. */
export function writtenSeal({ by, value }: Signature): string {
  return by === "other" ? value : `${by}:${value}`;
}

/** Whose the text is. */
export function readSeal(text: string): Signature {
  for (const by of OTHERS) {
    if (text.startsWith(`${by}:`)) return { by, value: text.slice(by.length + 1) };
  }
  return { by: "other", value: text };
}
