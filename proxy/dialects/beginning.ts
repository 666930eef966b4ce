/** What can be learnt of a whole answer that broke off before its end. @module */
import type { TextCount } from "./dialect.ts";
import { addText, NOTHING_COUNTED } from "./text.ts";

const decoder = new TextDecoder();

/** Members whose texts the model wrote. */
const WRITTEN = new Set([
  "content",
  "text",
  "refusal",
  "arguments",
  "thinking",
  "completion",
  "response",
  "generation",
  "outputText",
]);

const LONGEST_ESCAPE = 6;

/**
 * Counts the text of all answers in the beginning of a JSON text, the last and unfinished string
 * included. It cannot be parsed, so its strings are found one by one; inside of a string a quote is
 * escaped, so none is missed and nothing inside of a text is taken for a member.
 */
export function readBeginning(body: Uint8Array<ArrayBuffer>): TextCount {
  const json = decoder.decode(body);
  let written = NOTHING_COUNTED;
  // Some providers write one reasoning under two names; only one of them is counted.
  const reasoning = { reasoning: NOTHING_COUNTED, reasoning_content: NOTHING_COUNTED };
  let member = "";
  for (let at = json.indexOf('"'); at !== -1;) {
    const end = endOfString(json, at + 1);
    const text = json.slice(at + 1, end);
    if (!/:\s*$/.test(json.slice(Math.max(0, at - 16), at))) member = text;
    else if (member === "reasoning" || member === "reasoning_content") {
      reasoning[member] = addText(reasoning[member], unescaped(text));
    } else if (WRITTEN.has(member)) {
      written = addText(written, unescaped(text));
    }
    at = json.indexOf('"', end + 1);
  }
  const { ascii, other } = lengthOf(reasoning.reasoning) > lengthOf(reasoning.reasoning_content)
    ? reasoning.reasoning
    : reasoning.reasoning_content;
  return { ascii: written.ascii + ascii, other: written.other + other };
}

function lengthOf({ ascii, other }: TextCount): number {
  return ascii + other;
}

/** Where the closing quote is, or the text's end. */
function endOfString(json: string, from: number): number {
  for (let quote = json.indexOf('"', from); quote !== -1; quote = json.indexOf('"', quote + 1)) {
    let escapes = 0;
    while (quote - escapes > from && json[quote - 1 - escapes] === "\\") escapes += 1;
    if (escapes % 2 === 0) return quote;
  }
  return json.length;
}

/** The string that these characters stand for; an escape that broke off at the end is left out. */
function unescaped(text: string): string {
  for (let cut = 0; cut < LONGEST_ESCAPE; cut++) {
    try {
      const value: unknown = JSON.parse(`"${text.slice(0, text.length - cut)}"`);
      if (typeof value === "string") return value;
    } catch {
      // A shorter beginning may be whole.
    }
  }
  return text;
}
