/**
 * Signatures of other providers inside of Anthropic's members: a client sends them back as they are,
 * and their prefix tells whose they are. Anthropic's own are base64 and have none.
 *
 * @module
 */
import type { Signature } from "../conversation.ts";

const OTHERS = ["google", "other"] as const;

/** The text for a member `signature` or `data`. */
export function writtenSignature({ by, value }: Signature): string {
  return by === "anthropic" ? value : `${by}:${value}`;
}

/** Whose the text is. */
export function readSignature(text: string): Signature {
  for (const by of OTHERS) {
    if (text.startsWith(`${by}:`)) return { by, value: text.slice(by.length + 1) };
  }
  return { by: "anthropic", value: text };
}
