/** The text that Gemini's candidates carry. @module */
import { memberAt } from "../counts.ts";
import type { TextCount } from "../dialect.ts";
import { addText } from "../text.ts";

/** Adds the text, thoughts, calls and code of all candidates, and counts those that ended. */
export function countCandidates(
  before: TextCount,
  answer: { readonly [member: string]: unknown },
): { readonly counted: TextCount; readonly finished: number } {
  let counted = before;
  let finished = 0;
  for (const candidate of Array.isArray(answer.candidates) ? answer.candidates : []) {
    const reason = memberAt(candidate, "finishReason");
    if (typeof reason === "string" || typeof reason === "number") finished += 1;
    const parts = memberAt(candidate, "content", "parts");
    for (const part of Array.isArray(parts) ? parts : []) counted = addPart(counted, part);
  }
  // A prompt that was refused has no candidates, and nothing follows.
  if (memberAt(answer, "promptFeedback", "blockReason") !== undefined) finished += 1;
  return { counted, finished };
}

function addPart(before: TextCount, part: unknown): TextCount {
  let count = addText(before, memberAt(part, "text"));
  count = addText(count, memberAt(part, "executableCode", "code"));
  const call = memberAt(part, "functionCall");
  if (call === undefined) return count;
  count = addText(count, memberAt(call, "name"));
  return addText(count, JSON.stringify(memberAt(call, "args") ?? {}));
}
