/** Understanding a converse request as far as money depends on it. @module */
import { z } from "zod";
import { memberAt } from "../counts.ts";
import type { Arrived, MediaCount, ParsedCall } from "../dialect.ts";
import { modelNamed, outputLimitSchema, parseBody, understood } from "../parsed_body.ts";

/** How often the model reads the context while tools of the provider's run. */
const MOST_ITERATIONS = 10;
const MOST_SEARCHES = 20;

const schema = z.looseObject({
  messages: z.array(z.unknown()).max(100_000).nullish(),
  inferenceConfig: z.looseObject({ maxTokens: outputLimitSchema }).nullish(),
  toolConfig: z.looseObject({ tools: z.array(z.unknown()).max(10_000).nullish() }).nullish(),
  serviceTier: z.looseObject({ type: z.enum(["default", "flex"]) }).nullish(),
  performanceConfig: z.looseObject({ latency: z.enum(["standard"]).nullish() }).nullish(),
});

/** Fails with `invalid_request` or `unsupported_parameter`, naming the member in `param`. */
export function parseConverse(arrived: Arrived): ParsedCall {
  const parsed = parseBody(arrived, schema, ["serviceTier", "performanceConfig"]);
  if ("failure" in parsed) return parsed;
  const { data } = parsed;
  const served = (data.toolConfig?.tools ?? []).some((tool) =>
    memberAt(tool, "systemTool") !== undefined
  );
  const media = mediaIn([data.messages, data.system], data.toolConfig != null);
  return understood({
    arrived,
    dialect: "bedrock.converse",
    endpoint: arrived.action ?? "converse",
    model: modelNamed(arrived),
    modality: media.images > 0 ? "vision" : "text",
    streaming: arrived.action === "converse-stream",
    outputLimit: data.inferenceConfig?.maxTokens ?? null,
    messages: data.messages?.length ?? 1,
    media: {
      ...media,
      unbounded: media.unbounded || served,
      ...(served ? { readings: MOST_ITERATIONS } : {}),
    },
    unitsBound: served ? { searches: MOST_SEARCHES } : {},
    classes: served ? null : [
      "input",
      "cached_input",
      "cache_write_5m",
      ...(JSON.stringify(data).includes('"1h"') ? ["cache_write_1h"] as const : []),
      "output",
      "reasoning",
    ],
  });
}

/** What a model's template adds, and the instructions for tools, which differ from model to model. */
const TOKENS_PER_CALL = 128;
const TOKENS_FOR_TOOLS = 1_536;

/** The most tokens of one picture at any of the families, rounded up: Llama's four tiles of 1,601. */
const TOKENS_PER_IMAGE = 10_000;

/** What in messages is not text, wherever it stands in them. */
export function mediaIn(messages: unknown, withTools: boolean): MediaCount {
  const addedTokens = TOKENS_PER_CALL + (withTools ? TOKENS_FOR_TOOLS : 0);
  const found = {
    images: 0,
    dataBytes: 0,
    unbounded: false,
    tokensPerImage: TOKENS_PER_IMAGE,
    addedTokens,
  };
  walk(messages, found);
  return found;
}

function walk(value: unknown, found: { images: number; dataBytes: number; unbounded: boolean }) {
  if (Array.isArray(value)) {
    for (const each of value) walk(each, found);
    return;
  }
  if (typeof value !== "object" || value === null) return;
  for (const [name, member] of Object.entries(value)) {
    if (name === "image" && memberAt(member, "source") !== undefined) {
      found.images += 1;
      const bytes = memberAt(member, "source", "bytes");
      if (typeof bytes === "string") found.dataBytes += bytes.length;
    } else if ((name === "document" || name === "video" || name === "audio") && isSourced(member)) {
      found.unbounded = true;
    } else if (typeof member === "object") walk(member, found);
  }
}

function isSourced(member: unknown): boolean {
  return memberAt(member, "source") !== undefined;
}
