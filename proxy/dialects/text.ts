/** How much text a choice carries, in whichever member a provider puts it. @module */
import type { TextCount } from "./dialect.ts";

/** The count before any text. */
export const NOTHING_COUNTED: TextCount = { ascii: 0, other: 0 };

/** Adds the text of all `choices`, each with a `message` or a `delta`. */
export function countChoices(before: TextCount, choices: unknown): TextCount {
  if (!Array.isArray(choices)) return before;
  let count = before;
  for (const choice of choices) {
    if (typeof choice !== "object" || choice === null) continue;
    const { delta, message, text } = choice as Record<string, unknown>;
    count = addMessage(count, delta ?? message);
    count = addText(count, text);
  }
  return count;
}

function addMessage(before: TextCount, message: unknown): TextCount {
  if (typeof message !== "object" || message === null) return before;
  const members = message as Record<string, unknown>;
  let count = addText(before, members.content);
  if (Array.isArray(members.content)) {
    for (const part of members.content) count = addText(count, memberOf(part, "text"));
  }
  // Two names for one text: only one of them is counted.
  count = addText(count, members.reasoning_content ?? members.reasoning);
  count = addText(count, members.refusal);
  if (!Array.isArray(members.tool_calls)) return count;
  for (const call of members.tool_calls) {
    const called = memberOf(call, "function");
    count = addText(count, memberOf(called, "name"));
    count = addText(count, memberOf(called, "arguments"));
  }
  return count;
}

/** Adds a text; anything else adds nothing. */
export function addText(before: TextCount, text: unknown): TextCount {
  if (typeof text !== "string" || text === "") return before;
  let other = 0;
  for (let index = 0; index < text.length; index++) if (text.charCodeAt(index) > 127) other += 1;
  return { ascii: before.ascii + text.length - other, other: before.other + other };
}

function memberOf(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null
    ? (value as Record<string, unknown>)[name]
    : undefined;
}
