/** Understanding a chat request of either version as far as money depends on it. @module */
import { z } from "zod";
import { memberAt } from "../counts.ts";
import type { Arrived, MediaCount, ParsedCall } from "../dialect.ts";
import { modelNamed, outputLimitSchema, parseBody, understood } from "../parsed_body.ts";

const MAX_GENERATIONS = 16;
const MOST_SEARCHES = 20;

/** What the provider writes around a conversation: its preamble, and rules for tools and documents. */
const PREAMBLE_TOKENS = 3_072;

/** What the first version takes when no model is named, by its reference. */
const DEFAULT_MODEL = "command-a-03-2025";

const schema = z.looseObject({
  messages: z.array(z.unknown()).max(10_000).nullish(),
  message: z.string().nullish(),
  chat_history: z.array(z.unknown()).max(10_000).nullish(),
  connectors: z.array(z.unknown()).max(100).nullish(),
  stream: z.boolean().nullish(),
  max_tokens: outputLimitSchema,
  num_generations: z.number().int().min(1).max(MAX_GENERATIONS).nullish(),
});

/** Fails with `invalid_request` or `unsupported_parameter`, naming the member in `param`. */
export function parseChat(arrived: Arrived): ParsedCall {
  const parsed = parseBody(arrived, schema);
  if ("failure" in parsed) return parsed;
  const { data } = parsed;
  const searches = (data.connectors ?? []).length > 0;
  const media = imagesIn(data.messages);
  return understood({
    arrived,
    dialect: "cohere.chat",
    endpoint: "cohere/chat",
    model: modelNamed(arrived, data.model ?? (data.message == null ? undefined : DEFAULT_MODEL)),
    modality: media.images > 0 ? "vision" : "text",
    streaming: data.stream === true,
    choices: data.num_generations ?? 1,
    outputLimit: data.max_tokens ?? null,
    messages: (data.messages ?? data.chat_history ?? []).length + 1,
    media: { ...media, unbounded: searches, addedTokens: PREAMBLE_TOKENS },
    unitsBound: searches ? { searches: MOST_SEARCHES } : {},
    classes: searches ? null : ["input", "cached_input", "output"],
  });
}

function imagesIn(messages: unknown): MediaCount {
  let images = 0;
  let dataBytes = 0;
  for (const message of Array.isArray(messages) ? messages : []) {
    const content = memberAt(message, "content");
    for (const part of Array.isArray(content) ? content : []) {
      if (memberAt(part, "type") !== "image_url") continue;
      images += 1;
      const url = memberAt(part, "image_url", "url") ?? memberAt(part, "image_url");
      if (typeof url === "string" && url.startsWith("data:")) dataBytes += url.length;
    }
  }
  return { images, dataBytes, unbounded: false };
}
