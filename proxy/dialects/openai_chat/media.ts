/** What in a chat's messages is not text. @module */
import { memberAt } from "../counts.ts";
import type { JsonObject } from "../../../shared/json.ts";
import type { MediaCount } from "../dialect.ts";
import { OPENAI_SETTINGS, textBytes } from "../text_bytes.ts";
import { promptTokens } from "../openai_prompt.ts";
import { mostSeconds, mostTokensOfSound } from "../sound.ts";
import type { ChatBody } from "./parse.ts";

/** Parts that are text, whatever they are called. */
const TEXTS: ReadonlySet<string> = new Set(["text", "refusal", "thinking", "reasoning"]);

/** Base64 writes three bytes in four characters. */
const BYTES_PER_CHARACTER = 3 / 4;

const SPOKEN: ReadonlySet<string> = new Set(["messages"]);

const SETTINGS: ReadonlySet<string> = new Set([
  ...OPENAI_SETTINGS,
  "n",
  "max_tokens",
  "max_completion_tokens",
  "presence_penalty",
  "frequency_penalty",
  "repetition_penalty",
  "min_p",
  "logit_bias",
  "stop",
  "reasoning_effort",
  "verbosity",
  "modalities",
  "audio",
]);

/** Media and the most seconds of sound; `searching` tells that the model reads what a search finds. */
export function mediaOf(
  body: ChatBody,
  bodyBytes: number,
  searching: boolean,
): { readonly media: MediaCount; readonly seconds: number } {
  let images = 0;
  let dataBytes = 0;
  let seconds = 0;
  let addedTokens = promptTokens(
    ["tools", "functions", "response_format"].some((member) => body[member] != null),
  );
  let unbounded = searching;
  for (const message of body.messages) {
    // An earlier answer's sound is kept by the provider.
    if (message.audio !== undefined && message.audio !== null) unbounded = true;
    if (!Array.isArray(message.content)) continue;
    for (const part of message.content) {
      if (TEXTS.has(part.type)) continue;
      if (part.type === "image_url") {
        images += 1;
        const url = memberAt(part.image_url, "url") ?? part.image_url;
        if (typeof url === "string" && url.startsWith("data:")) dataBytes += url.length;
        continue;
      }
      const data = part.type === "input_audio"
        ? memberAt(part.input_audio, "data") ?? part.input_audio
        : null;
      if (typeof data !== "string" || /^https?:/.test(data)) {
        unbounded = true;
        continue;
      }
      dataBytes += data.length;
      const some = mostSeconds(data.length * BYTES_PER_CHARACTER);
      seconds += some;
      addedTokens += mostTokensOfSound(some);
    }
  }
  const readBytes = textBytes(body as JsonObject, SPOKEN, SETTINGS) - dataBytes;
  return {
    media: {
      images,
      dataBytes: Math.max(0, bodyBytes - readBytes),
      addedTokens,
      unbounded,
    },
    seconds,
  };
}
