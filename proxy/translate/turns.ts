/** Conversations of two sides, for protocols that know no others. @module */
import type { Message, Part, TextPart } from "./conversation.ts";

/** What one side said, in one piece. */
export interface Turn {
  readonly role: "user" | "assistant";
  readonly parts: readonly Part[];
}

/**
 * Puts the instructions of the whole conversation, wherever they stood, before it, and joins what one
 * side said in several messages: the results of parallel calls are one turn.
 */
export function turnsOf(messages: readonly Message[]): {
  readonly system: readonly (TextPart & Part)[];
  readonly turns: readonly Turn[];
} {
  const system: (TextPart & Part)[] = [];
  const turns: { role: Turn["role"]; parts: Part[] }[] = [];
  for (const { role, parts } of messages) {
    if (role === "system") {
      system.push(...parts.filter((part): part is TextPart & Part => part.kind === "text"));
      continue;
    }
    const last = turns.at(-1);
    if (last?.role === role) last.parts.push(...parts);
    else turns.push({ role, parts: [...parts] });
  }
  return { system, turns };
}
