/** Understanding a request for a response as far as money depends on it. @module */
import { z } from "zod";
import type { UsageClass } from "../../../shared/usage/mod.ts";
import type { Arrived, ParsedCall } from "../dialect.ts";
import { modelNamed, parseBody, understood } from "../parsed_body.ts";
import { notForSale } from "../refusals.ts";
import { mediaOf } from "./media.ts";
import { hostedRuns, unpricedTool } from "./tools.ts";

const MAX_ITEMS = 10_000;
const MAX_TOOLS = 10_000;

/** Tiers that cost no more than the standard one. */
const SERVICE_TIERS = ["auto", "default", "standard", "flex", "on_demand"] as const;

const responsesRequestSchema = z.looseObject({
  model: z.string(),
  input: z.union([z.string(), z.array(z.looseObject({})).max(MAX_ITEMS)], {
    error: "expected a string or an array of items",
  }).nullish(),
  stream: z.boolean().nullish(),
  max_output_tokens: z.number().int().min(1).max(100_000_000).nullish(),
  max_tool_calls: z.number().int().min(0).max(10_000).nullish(),
  tools: z.array(z.looseObject({ type: z.string().nullish() })).max(MAX_TOOLS).nullish(),
  service_tier: z.enum(SERVICE_TIERS).nullish(),
  // Its answer comes later and by another route, and is billed whoever waits for it.
  background: z.literal(false).nullish(),
});

/** A body that was checked. */
export type ResponsesBody = z.output<typeof responsesRequestSchema>;

/**
 * Checks a body. Tools that the provider runs bound the searches: by the client's `max_tool_calls`, or
 * by a cap that is sent upstream. Refused by name is what has no price here: an answer in the
 * background, a dearer service tier, pictures made by a tool.
 */
export function parseResponsesRequest(arrived: Arrived): ParsedCall {
  const parsed = parseBody(arrived, responsesRequestSchema, ["service_tier", "background"]);
  if ("failure" in parsed) return parsed;
  const { data } = parsed;
  const unpriced = unpricedTool(data);
  if (unpriced !== null) return { failure: notForSale(unpriced) };
  const searches = hostedRuns(data);
  const media = mediaOf(data, arrived.bodyBytes.length, searches);
  return understood({
    dialect: "openai.responses",
    endpoint: "responses",
    arrived,
    model: modelNamed(arrived, data.model),
    modality: media.images > 0 ? "vision" : "text",
    streaming: data.stream === true,
    // Its last event carries usage in any case, and the cost beside it.
    usageAsked: true,
    outputLimit: data.max_output_tokens ?? null,
    messages: Array.isArray(data.input) ? data.input.length + 1 : 2,
    media,
    unitsBound: searches > 0 ? { searches } : {},
    classes: CLASSES,
  });
}

/** Responses neither hear nor speak. */
const CLASSES: readonly UsageClass[] = [
  "input",
  "cached_input",
  "cache_write_5m",
  "cache_write_1h",
  "image_input",
  "output",
  "reasoning",
  "image_output",
  "requests",
  "searches",
];
