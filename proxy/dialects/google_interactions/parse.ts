/** Understanding an interaction as far as money depends on it. @module */
import { z } from "zod";
import type { UsageClass } from "../../../shared/usage/mod.ts";
import { memberAt } from "../counts.ts";
import type { Arrived, MediaCount, ParsedCall } from "../dialect.ts";
import { modelNamed, outputLimitSchema, parseBody, understood } from "../parsed_body.ts";
import { notForSale } from "../refusals.ts";

const MOST_SEARCHES = 20;
const TOKENS_PER_IMAGE = 10_000;

/** Sound comes in only by what cannot be counted here. */
const CLASSES: readonly UsageClass[] = [
  "input",
  "cached_input",
  "output",
  "reasoning",
  "audio_output",
];

const schema = z.looseObject({
  input: z.unknown().optional(),
  stream: z.boolean().nullish(),
  // An agent works on its own for as long as it likes, and what runs in the background ends unseen.
  agent: z.null().optional(),
  background: z.literal(false).nullish(),
  generation_config: z.looseObject({ max_output_tokens: outputLimitSchema }).nullish(),
  tools: z.array(z.looseObject({ type: z.string().nullish() })).max(10_000).nullish(),
  service_tier: z.enum(["standard", "flex"]).nullish(),
});

/** Fails with `invalid_request` or `unsupported_parameter`, naming the member in `param`. */
export function parseInteraction(arrived: Arrived): ParsedCall {
  const parsed = parseBody(arrived, schema, ["agent", "background", "service_tier"]);
  if ("failure" in parsed) return parsed;
  const { data } = parsed;
  const types = (data.tools ?? []).map(({ type }) => type ?? "function");
  const maps = types.indexOf("google_maps");
  if (maps !== -1) return { failure: notForSale(`tools[${maps}].type`) };
  const served = types.some((type) => type !== "function");
  const media = mediaOf(data.input);
  return understood({
    arrived,
    dialect: "google.interactions",
    endpoint: "interactions",
    model: modelNamed(arrived, data.model),
    modality: media.images > 0 ? "vision" : "text",
    streaming: data.stream === true,
    outputLimit: data.generation_config?.max_output_tokens ?? null,
    messages: Array.isArray(data.input) ? data.input.length : 1,
    media: {
      ...media,
      unbounded: media.unbounded || served || data.previous_interaction_id != null,
      ...(served ? { readings: 2 } : {}),
    },
    unitsBound: types.includes("google_search") ? { searches: MOST_SEARCHES } : {},
    classes: media.unbounded || served || data.previous_interaction_id != null ? null : CLASSES,
  });
}

function mediaOf(input: unknown): MediaCount {
  const found = { images: 0, dataBytes: 0, unbounded: false, tokensPerImage: TOKENS_PER_IMAGE };
  walk(input, found);
  return found;
}

function walk(value: unknown, found: { images: number; dataBytes: number; unbounded: boolean }) {
  if (Array.isArray(value)) {
    for (const each of value) walk(each, found);
    return;
  }
  const type = memberAt(value, "type");
  if (type === "image") {
    found.images += 1;
    const data = memberAt(value, "data");
    if (typeof data === "string") found.dataBytes += data.length;
  } else if (type === "audio" || type === "video" || type === "document" || type === "file") {
    found.unbounded = true;
  } else {
    for (const name of ["content", "parts", "input", "result"]) {
      const inner = memberAt(value, name);
      if (typeof inner === "object") walk(inner, found);
    }
  }
}
