/** Understanding a chat completions request as far as money depends on it. @module */
import { z } from "zod";
import { identifierSchema } from "../../../shared/ids/mod.ts";
import type { Arrived, MediaCount, ParsedCall } from "../dialect.ts";
import { describeIssue, notForSale } from "../refusals.ts";

const MAX_MESSAGES = 10_000;
const MAX_PARTS = 10_000;
const MAX_TOOLS = 10_000;

/** Answers that one call may ask for. */
export const MAX_CHOICES = 128;

/** Searches that a call with web search is taken to make at most. */
const SEARCHES = 20;

const part = z.looseObject({
  type: z.string(),
  text: z.string().nullish(),
  image_url: z.union([z.string(), z.looseObject({ url: z.string() })]).nullish(),
});

const content = z.union([z.string(), z.null(), z.array(part).max(MAX_PARTS)], {
  error: "expected a string, null, or an array of content parts",
});

const limit = z.number().int().min(1).max(100_000_000).nullish();

const chatRequestSchema = z.looseObject({
  model: identifierSchema,
  messages: z.array(z.looseObject({ role: z.string(), content: content.optional() }))
    .min(1).max(MAX_MESSAGES),
  stream: z.boolean().nullish(),
  stream_options: z.looseObject({ include_usage: z.boolean().nullish() }).nullish(),
  n: z.number().int().min(1).max(MAX_CHOICES).nullish(),
  max_tokens: limit,
  max_completion_tokens: limit,
  tools: z.array(z.looseObject({ type: z.string().nullish() })).max(MAX_TOOLS).nullish(),
  modalities: z.array(z.string()).max(10).nullish(),
  service_tier: z.enum(["auto", "default", "standard", "standard_only", "flex", "on_demand"])
    .nullish(),
});

type Parsed = z.output<typeof chatRequestSchema>;

/**
 * Checks a body. Members that are not known here pass as they are: whatever text they carry is inside
 * the bound of the input. What is known to buy other units bounds them (web search), and what is known
 * to cost what nobody priced is refused by name. Fails with `invalid_request` or
 * `unsupported_parameter`, naming the member in `param`.
 */
export function parseChatRequest(arrived: Arrived): ParsedCall {
  if (arrived.body.kind !== "json") {
    return { failure: describeIssue({ path: [], message: "expected JSON" }) };
  }
  const parsed = chatRequestSchema.safeParse(arrived.body.json);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    return issue?.path[0] === "service_tier"
      ? { failure: notForSale("service_tier") }
      : { failure: describeIssue(issue) };
  }
  const { data } = parsed;
  const searching = searches(data);
  const media = mediaOf(data, searching);
  const outputLimit = data.max_tokens == null && data.max_completion_tokens == null
    ? null
    // A client that sends both may be obeyed in either, so the higher one bounds the call.
    : Math.max(data.max_tokens ?? 0, data.max_completion_tokens ?? 0);
  return {
    request: {
      dialect: "openai.chat.completions",
      endpoint: "chat/completions",
      arrived,
      model: data.model,
      modality: data.modalities?.includes("audio") === true
        ? "audio"
        : media.images > 0
        ? "vision"
        : "text",
      streaming: data.stream === true,
      usageAsked: data.stream_options?.include_usage === true,
      choices: data.n ?? 1,
      outputLimit,
      messages: data.messages.length,
      media,
      unitsBound: searching ? { searches: SEARCHES } : {},
      classes: null,
    },
  };
}

function searches(data: Parsed): boolean {
  const asked = ["web_search_options", "search_parameters", "plugins", "web_search"]
    .some((member) => data[member] !== undefined && data[member] !== null);
  const byTool = data.tools?.some(({ type }) =>
    type != null && !["function", "custom"].includes(type)
  );
  return asked || byTool === true;
}

function mediaOf({ messages }: Parsed, searching: boolean): MediaCount {
  let images = 0;
  let dataBytes = 0;
  // What a search finds is read by the model as well.
  let unbounded = searching;
  for (const message of messages) {
    if (message.audio !== undefined && message.audio !== null) unbounded = true;
    if (!Array.isArray(message.content)) continue;
    for (const each of message.content) {
      if (each.type === "text" || each.type === "refusal" || each.type === "thinking") continue;
      if (each.type !== "image_url") {
        unbounded = true;
        continue;
      }
      images += 1;
      const url = typeof each.image_url === "string" ? each.image_url : each.image_url?.url ?? "";
      if (url.startsWith("data:")) dataBytes += url.length;
    }
  }
  return { images, dataBytes, unbounded };
}
