/** Understanding a chat completions request as far as money depends on it. @module */
import { z } from "zod";
import type { UsageClass } from "../../../shared/usage/mod.ts";
import type { Arrived, ParsedCall } from "../dialect.ts";
import { modelNamed, parseBody, understood } from "../parsed_body.ts";
import { mediaOf } from "./media.ts";
import { searchesAllowed } from "./searches.ts";

const MAX_MESSAGES = 10_000;
const MAX_PARTS = 10_000;
const MAX_TOOLS = 10_000;

/** Answers that one call may ask for. */
export const MAX_CHOICES = 128;

/** Tiers that cost no more than the standard one. */
const SERVICE_TIERS = [
  "auto",
  "default",
  "standard",
  "standard_only",
  "flex",
  "on_demand",
] as const;

const content = z.union([
  z.string(),
  z.null(),
  z.array(z.looseObject({ type: z.string() })).max(MAX_PARTS),
], { error: "expected a string, null, or an array of content parts" });

const limit = z.number().int().min(1).max(100_000_000).nullish();

const chatRequestSchema = z.looseObject({
  model: z.string(),
  messages: z.array(z.looseObject({ role: z.string(), content: content.optional() }))
    .min(1).max(MAX_MESSAGES),
  stream: z.boolean().nullish(),
  stream_options: z.looseObject({ include_usage: z.boolean().nullish() }).nullish(),
  n: z.number().int().min(1).max(MAX_CHOICES).nullish(),
  max_tokens: limit,
  max_completion_tokens: limit,
  tools: z.array(z.looseObject({ type: z.string().nullish() })).max(MAX_TOOLS).nullish(),
  modalities: z.array(z.string()).max(10).nullish(),
  service_tier: z.enum(SERVICE_TIERS).nullish(),
});

/** A body that was checked. */
export type ChatBody = z.output<typeof chatRequestSchema>;

/**
 * Checks a body. Members that are not known here pass as they are: whatever text they carry is inside
 * the bound of the input. What is known to buy other units bounds them (web search), and what is known
 * to cost what nobody priced is refused by name. Fails with `invalid_request` or
 * `unsupported_parameter`, naming the member in `param`.
 */
export function parseChatRequest(arrived: Arrived): ParsedCall {
  const parsed = parseBody(arrived, chatRequestSchema, ["service_tier"]);
  if ("failure" in parsed) return parsed;
  const { data } = parsed;
  const searches = searchesAllowed(data);
  const { media, seconds } = mediaOf(data, arrived.bodyBytes.length, searches > 0);
  const speaks = data.modalities?.includes("audio") === true || data.audio != null;
  return understood({
    dialect: "openai.chat.completions",
    endpoint: "chat/completions",
    arrived,
    model: modelNamed(arrived, data.model),
    modality: speaks || seconds > 0 ? "audio" : media.images > 0 ? "vision" : "text",
    streaming: data.stream === true,
    usageAsked: data.stream_options?.include_usage === true,
    choices: data.n ?? 1,
    // A client that sends both may be obeyed in either, so the higher one bounds the call.
    outputLimit: data.max_tokens == null && data.max_completion_tokens == null
      ? null
      : Math.max(data.max_tokens ?? 0, data.max_completion_tokens ?? 0),
    messages: data.messages.length,
    media,
    unitsBound: {
      ...(searches > 0 ? { searches } : {}),
      ...(seconds > 0 ? { seconds } : {}),
    },
    classes: classesOf({ hears: media.unbounded || seconds > 0, speaks }),
  });
}

/** The classes that can occur: without sound in it or asked for, no tokens of sound do. */
function classesOf({ hears, speaks }: { hears: boolean; speaks: boolean }): readonly UsageClass[] {
  return [
    "input",
    "cached_input",
    "cache_write_5m",
    "cache_write_1h",
    "image_input",
    ...(hears ? ["audio_input" as const] : []),
    "output",
    "reasoning",
    "image_output",
    ...(speaks ? ["audio_output" as const] : []),
    "seconds",
    "requests",
    "searches",
  ];
}
