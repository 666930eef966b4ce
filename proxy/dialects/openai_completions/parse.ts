/** Understanding a text completions request as far as money depends on it. @module */
import { z } from "zod";
import type { UsageClass } from "../../../shared/usage/mod.ts";
import type { Arrived, ParsedCall } from "../dialect.ts";
import { modelNamed, ONLY_TEXT, parseBody, understood } from "../parsed_body.ts";

const MAX_CHOICES = 128;
const MAX_PROMPTS = 10_000;

/** A text is completed as it is, between a mark or two. */
const ADDED_TOKENS = 64;

const completionsRequestSchema = z.looseObject({
  model: z.string(),
  // A text, its tokens, or several of either.
  prompt: z.union([
    z.string(),
    z.array(z.string()).max(MAX_PROMPTS),
    z.array(z.number()),
    z.array(z.array(z.number())).max(MAX_PROMPTS),
  ], { error: "expected a string, tokens, or an array of either" }).nullish(),
  stream: z.boolean().nullish(),
  stream_options: z.looseObject({ include_usage: z.boolean().nullish() }).nullish(),
  n: z.number().int().min(1).max(MAX_CHOICES).nullish(),
  best_of: z.number().int().min(1).max(MAX_CHOICES).nullish(),
  max_tokens: z.number().int().min(0).max(100_000_000).nullish(),
  service_tier: z.enum(["auto", "default", "standard", "flex", "on_demand"]).nullish(),
});

/** Checks a body; each prompt has `n` answers of its own, and of `best_of` all are billed. */
export function parseCompletionsRequest(arrived: Arrived): ParsedCall {
  const parsed = parseBody(arrived, completionsRequestSchema, ["service_tier"]);
  if ("failure" in parsed) return parsed;
  const { data } = parsed;
  const prompts = Array.isArray(data.prompt) && typeof data.prompt[0] !== "number"
    ? Math.max(1, data.prompt.length)
    : 1;
  return understood({
    dialect: "openai.completions",
    endpoint: "completions",
    arrived,
    model: modelNamed(arrived, data.model),
    streaming: data.stream === true,
    usageAsked: data.stream_options?.include_usage === true,
    choices: prompts * Math.max(data.n ?? 1, data.best_of ?? 1),
    outputLimit: data.max_tokens ?? null,
    messages: prompts,
    media: { ...ONLY_TEXT, addedTokens: ADDED_TOKENS, windows: prompts },
    classes: CLASSES,
  });
}

const CLASSES: readonly UsageClass[] = [
  "input",
  "cached_input",
  "cache_write_5m",
  "cache_write_1h",
  "output",
  "reasoning",
  "requests",
];
