/**
 * `reasoning_details`: how gateways that speak chat completions carry signed thoughts, so that a
 * client can send them back. By OpenRouter's documentation, "Preserving reasoning blocks".
 *
 * @module
 */
import type { JsonObject } from "../../../shared/json.ts";
import type { ReasoningPart, SealedPart, Signature } from "../conversation.ts";

const FORMATS: Readonly<Record<Signature["by"], string>> = {
  anthropic: "anthropic-claude-v1",
  google: "google-gemini-v1",
  other: "unknown",
};

/** One element of the list. */
export function reasoningDetail(part: ReasoningPart | SealedPart, index: number): JsonObject {
  return part.kind === "sealed"
    ? { type: "reasoning.encrypted", data: part.data.value, format: FORMATS[part.data.by], index }
    : {
      type: "reasoning.text",
      text: part.text,
      ...(part.signature === undefined
        ? {}
        : { signature: part.signature.value, format: FORMATS[part.signature.by] }),
      index,
    };
}

/** Who signed a thought of this format. */
export function signerOf(format: unknown): Signature["by"] {
  if (typeof format !== "string") return "other";
  if (format.startsWith("anthropic")) return "anthropic";
  return format.startsWith("google") ? "google" : "other";
}
