/** The text that a message's blocks carry. @module */
import type { TextCount } from "../dialect.ts";
import { memberAt } from "../counts.ts";
import { addText } from "../text.ts";

/** Adds the text, the thinking and the tool's input of a block or of a change to one. */
export function addBlock(before: TextCount, block: unknown): TextCount {
  let count = addText(before, memberAt(block, "text"));
  count = addText(count, memberAt(block, "thinking"));
  count = addText(count, memberAt(block, "partial_json"));
  if (memberAt(block, "type") !== "tool_use" && memberAt(block, "type") !== "server_tool_use") {
    return count;
  }
  count = addText(count, memberAt(block, "name"));
  const input = memberAt(block, "input");
  const empty = typeof input !== "object" || input === null || Object.keys(input).length === 0;
  return empty ? count : addText(count, JSON.stringify(input));
}
