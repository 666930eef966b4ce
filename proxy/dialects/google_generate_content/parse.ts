/** Understanding a request to generate content as far as money depends on it. @module */
import { z } from "zod";
import type { Failure } from "../../../shared/errors.ts";
import type { Modality, Usage, UsageClass } from "../../../shared/usage/mod.ts";
import type { Arrived, MediaCount, ParsedCall } from "../dialect.ts";
import { modelNamed, outputLimitSchema, parseBody, understood } from "../parsed_body.ts";
import { notForSale } from "../refusals.ts";
import { mediaIn, partsIn } from "./media.ts";

/** Answers that one call may ask for. */
const MAX_CANDIDATES = 128;

/** Searches that a grounded call is taken to make at most. */
const MOST_SEARCHES = 20;

/** How often a tool of the provider's makes it read the context: its own reading is counted beside. */
const READINGS_WITH_TOOLS = 2;

const configSchema = z.looseObject({
  maxOutputTokens: outputLimitSchema,
  max_output_tokens: outputLimitSchema,
  candidateCount: z.number().int().min(1).max(MAX_CANDIDATES).nullish(),
  candidate_count: z.number().int().min(1).max(MAX_CANDIDATES).nullish(),
  responseModalities: z.array(z.unknown()).max(10).nullish(),
  response_modalities: z.array(z.unknown()).max(10).nullish(),
}).nullish();

const tier = z.enum(["standard", "STANDARD", "flex", "FLEX", "unspecified"]).nullish();

/** A request to generate content, in either spelling of its members. */
const contentSchema = z.looseObject({
  contents: z.union([z.array(z.unknown()).min(1), z.looseObject({})]),
  generationConfig: configSchema,
  generation_config: configSchema,
  tools: z.union([z.array(z.looseObject({})), z.looseObject({})]).nullish(),
  serviceTier: tier,
  service_tier: tier,
});

type Parsed = z.output<typeof contentSchema>;

/** Tools whose use has a price that nobody knows here. */
const UNPRICED_TOOLS = ["googleMaps", "google_maps", "enterpriseWebSearch"];

/** The one kind of tool that the client runs. */
const CLIENT_TOOLS = ["functionDeclarations", "function_declarations"];

const SEARCH_TOOLS = [
  "googleSearch",
  "google_search",
  "googleSearchRetrieval",
  "google_search_retrieval",
];

/**
 * Checks a body; the path names the model and whether the answer streams. Fails with
 * `invalid_request` or `unsupported_parameter`, naming the member in `param`.
 */
export function parseContent(arrived: Arrived): ParsedCall {
  const parsed = parseBody(arrived, contentSchema, ["serviceTier", "service_tier"]);
  if ("failure" in parsed) return parsed;
  const { data } = parsed;
  const config = data.generationConfig ?? data.generation_config;
  const tools = toolsOf(data);
  const unpriced = unpricedTool(tools);
  if (unpriced !== null) return { failure: unpriced };
  const media = mediaOf(data, tools);
  const outputs = (config?.responseModalities ?? config?.response_modalities ?? [])
    .map((each) => `${each}`.toUpperCase());
  return understood({
    arrived,
    dialect: "google.generateContent",
    endpoint: arrived.action ?? "generateContent",
    model: modelNamed(arrived, data.model),
    modality: modalityOf(outputs, media),
    streaming: arrived.action === "streamGenerateContent",
    choices: config?.candidateCount ?? config?.candidate_count ?? 1,
    outputLimit: config?.maxOutputTokens ?? config?.max_output_tokens ?? null,
    messages: partsIn(data.contents),
    media,
    unitsBound: searchesOf(tools),
    classes: classesOf(outputs, media),
  });
}

function toolsOf({ tools }: Parsed): readonly string[] {
  if (tools == null) return [];
  return (Array.isArray(tools) ? tools : [tools]).flatMap((tool) => Object.keys(tool));
}

function unpricedTool(tools: readonly string[]): Failure | null {
  const tool = tools.find((each) => UNPRICED_TOOLS.includes(each));
  return tool === undefined ? null : notForSale(`tools.${tool}`);
}

function searchesOf(tools: readonly string[]): Usage {
  return tools.some((each) => SEARCH_TOOLS.includes(each)) ? { searches: MOST_SEARCHES } : {};
}

function mediaOf(data: Parsed, tools: readonly string[]): MediaCount {
  const media = mediaIn([data.contents, data.systemInstruction, data.system_instruction]);
  const served = tools.some((each) => !CLIENT_TOOLS.includes(each));
  const cached = data.cachedContent != null || data.cached_content != null;
  return {
    ...media,
    unbounded: media.unbounded || served || cached,
    ...(served ? { readings: READINGS_WITH_TOOLS } : {}),
  };
}

function modalityOf(outputs: readonly string[], media: MediaCount): Modality {
  if (outputs.includes("IMAGE")) return "image";
  if (outputs.includes("AUDIO")) return "audio";
  return media.images > 0 ? "vision" : "text";
}

const TEXT_CLASSES: readonly UsageClass[] = [
  "input",
  "cached_input",
  "output",
  "reasoning",
  "searches",
];

/**
 * Sound comes in only by what cannot be counted here, and goes out only where it is asked for. Some
 * models make pictures unless they are told not to.
 */
function classesOf(outputs: readonly string[], media: MediaCount): readonly UsageClass[] | null {
  if (media.unbounded) return null;
  const onlyText = outputs.length > 0 && outputs.every((each) => each === "TEXT");
  return [
    ...TEXT_CLASSES,
    ...(media.images > 0 ? ["image_input"] as const : []),
    ...(onlyText ? [] : ["image_output"] as const),
    ...(outputs.includes("AUDIO") ? ["audio_output"] as const : []),
  ];
}
