/** Understanding a model's own request as far as money depends on it. @module */
import { z } from "zod";
import type { Usage } from "../../../shared/usage/mod.ts";
import { mediaOf } from "../anthropic_messages/mod.ts";
import { mediaIn } from "../bedrock_converse/mod.ts";
import { memberAt } from "../counts.ts";
import type { Arrived, ParsedCall } from "../dialect.ts";
import { modelNamed, parseBody, understood } from "../parsed_body.ts";
import { limitOf } from "./limits.ts";

const MAX_IMAGES = 10;
const count = z.number().int().min(1).max(128).nullish();

const schema = z.looseObject({
  messages: z.array(z.unknown()).max(100_000).nullish(),
  tools: z.array(z.looseObject({ type: z.string().nullish() })).max(10_000).nullish(),
  num_generations: count,
  numResults: count,
  n: count,
  imageGenerationConfig: z.looseObject({
    numberOfImages: z.number().int().min(1).max(MAX_IMAGES).nullish(),
  }).nullish(),
});

type Parsed = z.output<typeof schema>;

/** Fails with `invalid_request`, naming the member in `param`. */
export function parseInvoke(arrived: Arrived): ParsedCall {
  const parsed = parseBody(arrived, schema);
  if ("failure" in parsed) return parsed;
  const { data } = parsed;
  const images = imagesOf(data);
  const embeds = data.texts !== undefined || data.singleEmbeddingParams !== undefined ||
    data.embeddingConfig !== undefined || data.embeddingTypes !== undefined;
  const media = data.anthropic_version === undefined
    ? mediaIn([data.messages, data.system], data.tools != null || data.toolConfig != null)
    : mediaOf(data);
  return understood({
    arrived,
    dialect: "bedrock.invoke",
    endpoint: arrived.action ?? "invoke",
    model: modelNamed(arrived),
    modality: images.images !== undefined
      ? "image"
      : embeds
      ? "embedding"
      : media.images > 0
      ? "vision"
      : "text",
    streaming: arrived.action === "invoke-with-response-stream",
    choices: data.num_generations ?? data.numResults ?? data.n ?? 1,
    outputLimit: embeds || images.images !== undefined ? 0 : limitOf(data),
    messages: data.messages?.length ?? 1,
    media,
    unitsBound: images,
    classes: [
      "input",
      "cached_input",
      "cache_write_5m",
      ...(JSON.stringify(data).includes('"1h"') ? ["cache_write_1h"] as const : []),
      "output",
      "reasoning",
      "images",
    ],
  });
}

function imagesOf(data: Parsed): Usage {
  const makes = data.imageGenerationConfig != null || data.text_prompts !== undefined ||
    /IMAGE|INPAINTING|OUTPAINTING|BACKGROUND_REMOVAL|COLOR_GUIDED/.test(`${data.taskType ?? ""}`);
  if (!makes) return {};
  const asked = data.imageGenerationConfig?.numberOfImages ?? memberAt(data, "samples");
  return { images: typeof asked === "number" && Number.isSafeInteger(asked) ? asked : 1 };
}
