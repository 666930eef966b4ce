/** What in Gemini's contents is not text, and what its tools read. @module */
import { memberAt } from "../counts.ts";
import type { MediaCount } from "../dialect.ts";

/**
 * The most tokens of one picture, rounded up: it is scaled to 3,072 pixels and cut into tiles of 258
 * tokens, at most 24 of them.
 */
const TOKENS_PER_IMAGE = 10_000;

/** What the provider writes around contents; functions are spelt out in other words than the body's. */
const TOKENS_PER_CALL = 128;

/** Counts what stands in contents, wherever in them, in either spelling of the members. */
export function mediaIn(contents: unknown): MediaCount {
  const found = {
    images: 0,
    dataBytes: 0,
    unbounded: false,
    tokensPerImage: TOKENS_PER_IMAGE,
    addedTokens: TOKENS_PER_CALL,
  };
  walk(contents, found);
  return found;
}

/** The parts of the contents: things that the provider wraps in tokens of its own. */
export function partsIn(contents: unknown): number {
  if (Array.isArray(contents)) return contents.reduce((sum, each) => sum + partsIn(each), 0);
  const parts = memberAt(contents, "parts");
  return Array.isArray(parts) ? Math.max(1, parts.length) : 1;
}

interface Found {
  images: number;
  dataBytes: number;
  unbounded: boolean;
}

function walk(value: unknown, found: Found): void {
  if (Array.isArray(value)) {
    for (const each of value) walk(each, found);
    return;
  }
  if (typeof value !== "object" || value === null) return;
  for (const [name, member] of Object.entries(value)) {
    if (name === "inlineData" || name === "inline_data") takeInline(member, found);
    else if (name === "fileData" || name === "file_data") found.unbounded = true;
    else if (typeof member === "object") walk(member, found);
  }
}

function takeInline(inline: unknown, found: Found): void {
  const type = `${memberAt(inline, "mimeType") ?? memberAt(inline, "mime_type") ?? ""}`;
  const data = memberAt(inline, "data");
  const length = typeof data === "string" ? data.length : 0;
  // Text in base64 has fewer bytes than its code.
  if (type.startsWith("text/")) return;
  if (type.startsWith("image/")) {
    found.images += 1;
    found.dataBytes += length;
  } else {
    found.unbounded = true;
  }
}
