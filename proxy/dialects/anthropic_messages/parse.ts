/** Understanding a messages request as far as money depends on it. @module */
import { z } from "zod";
import type { Usage, UsageClass } from "../../../shared/usage/mod.ts";
import type { Arrived, DialectName, ParsedCall } from "../dialect.ts";
import { modelNamed, outputLimitSchema, parseBody, understood } from "../parsed_body.ts";
import { notForSale } from "../refusals.ts";
import { mediaOf, WEB_SEARCH } from "./media.ts";

/** Searches that a call may make whose tool names no limit; sent upstream as its limit. */
export const MOST_SEARCHES = 20;

/** A request of the messages API, and of the counting of its tokens. */
export const messagesSchema = z.looseObject({
  messages: z.array(z.unknown()).min(1).max(100_000),
  stream: z.boolean().nullish(),
  max_tokens: outputLimitSchema,
  tools: z.array(z.looseObject({
    type: z.string().nullish(),
    max_uses: z.number().int().min(0).max(1_000).nullish(),
  })).max(10_000).nullish(),
  service_tier: z.enum(["auto", "standard_only", "standard"]).nullish(),
  inference_geo: z.enum(["global", "not_available"]).nullish(),
  speed: z.enum(["standard"]).nullish(),
});

/** Members whose other values have a price of their own. */
export const PRICED_MEMBERS = ["service_tier", "inference_geo", "speed"] as const;

type Parsed = z.output<typeof messagesSchema>;

/**
 * Checks a body for one of the two APIs that take it. Members that are not known here pass as they
 * are. Fails with `invalid_request` or `unsupported_parameter`, naming the member in `param`.
 */
export function parseMessages(arrived: Arrived, dialect: DialectName): ParsedCall {
  const parsed = parseBody(arrived, messagesSchema, PRICED_MEMBERS);
  if ("failure" in parsed) return parsed;
  const { data } = parsed;
  // An adviser is another model, at that model's prices.
  const adviser = (data.tools ?? []).findIndex(({ type }) => type?.startsWith("advisor_") === true);
  if (adviser !== -1) return { failure: notForSale(`tools[${adviser}].type`) };
  const media = mediaOf(data);
  return understood({
    arrived,
    dialect,
    endpoint: dialect === "anthropic.messages" ? "messages" : "messages/count_tokens",
    model: modelNamed(arrived, data.model),
    modality: media.images > 0 ? "vision" : "text",
    streaming: data.stream === true || arrived.action === "streamRawPredict",
    outputLimit: data.max_tokens ?? null,
    messages: data.messages.length,
    media,
    unitsBound: searchesOf(data),
    classes: classesOf(data),
  });
}

function searchesOf({ tools }: Parsed): Usage {
  const searches = (tools ?? []).filter(({ type }) => WEB_SEARCH.test(type ?? ""));
  return searches.length === 0 ? {} : {
    searches: searches.reduce((sum, { max_uses }) => sum + (max_uses ?? MOST_SEARCHES), 0),
  };
}

const CLASSES: readonly UsageClass[] = [
  "input",
  "cached_input",
  "cache_write_5m",
  "output",
  "reasoning",
  "searches",
];

/** Nothing is cached for an hour unless the body says so. */
function classesOf(data: Parsed): readonly UsageClass[] {
  return JSON.stringify(data).includes('"1h"') ? [...CLASSES, "cache_write_1h"] : CLASSES;
}
