/** What in a response's input is not text, or not in the request. @module */
import { memberAt } from "../counts.ts";
import type { JsonObject } from "../../../shared/json.ts";
import type { MediaCount } from "../dialect.ts";
import { OPENAI_SETTINGS, textBytes } from "../text_bytes.ts";
import { promptTokens } from "../openai_prompt.ts";
import type { ResponsesBody } from "./parse.ts";
import { MAX_HOSTED_RUNS, readsAgain } from "./tools.ts";

/** Where the provider keeps what it was told before, or a text of its own. */
const KEPT = ["previous_response_id", "conversation", "prompt"] as const;

/** Items and parts whose content is somewhere else, or is no text. */
const ELSEWHERE: ReadonlySet<string> = new Set([
  "input_file",
  "input_audio",
  "input_video",
  "item_reference",
]);

/** What a mode of reasoning, such as `pro`, tells the model; 1,300 were seen. */
const MODE_TOKENS = 2_048;

const PICTURES: ReadonlySet<string> = new Set(["input_image", "computer_screenshot"]);

const SPOKEN: ReadonlySet<string> = new Set(["input", "instructions"]);

const SETTINGS: ReadonlySet<string> = new Set([
  ...OPENAI_SETTINGS,
  "max_output_tokens",
  "max_tool_calls",
  "include",
  "reasoning",
  "truncation",
  "background",
  "prompt_cache_options",
]);

/** Counts media in `data`; `searches` is the most runs of the provider's own tools. */
export function mediaOf(data: ResponsesBody, bodyBytes: number, searches: number): MediaCount {
  const again = readsAgain(data);
  let images = 0;
  let dataBytes = 0;
  let unbounded = again || KEPT.some((member) => data[member] != null);
  const look = (value: unknown) => {
    const type = memberAt(value, "type");
    if (typeof type !== "string") return;
    if (ELSEWHERE.has(type)) unbounded = true;
    if (!PICTURES.has(type)) return;
    images += 1;
    const url = memberAt(value, "image_url");
    if (typeof url === "string" && url.startsWith("data:")) dataBytes += url.length;
  };
  for (const item of Array.isArray(data.input) ? data.input : []) {
    look(item);
    for (const parts of [item.content, item.output]) {
      for (const part of Array.isArray(parts) ? parts : [parts]) look(part);
    }
  }
  const readings = again ? Math.max(searches, data.max_tool_calls ?? MAX_HOSTED_RUNS) + 1 : 1;
  const addedTokens = promptTokens(data.tools != null || data.text != null) +
    (memberAt(data.reasoning, "mode") == null ? 0 : MODE_TOKENS);
  const readBytes = textBytes(data as JsonObject, SPOKEN, SETTINGS) - dataBytes;
  return {
    images,
    dataBytes: Math.max(0, bodyBytes - readBytes),
    unbounded,
    readings,
    addedTokens,
  };
}
