/**
 * What a messages request may say to be translated. Whatever else it says has no form in another
 * protocol, and is refused by name.
 *
 * @module
 */
import { z } from "zod";

// Members that change neither the answer nor its limits.
const hint = z.unknown().optional();
const nothing = z.union([z.null(), z.strictObject({ enabled: z.literal(false) })]).optional();

const text = z.strictObject({
  type: z.literal("text"),
  text: z.string(),
  cache_control: hint,
  citations: z.union([z.null(), z.array(z.never())]).optional(),
});

const data = z.strictObject({
  type: z.literal("base64"),
  media_type: z.string(),
  data: z.string(),
});
const url = z.strictObject({ type: z.literal("url"), url: z.string().min(1) });
const source = z.discriminatedUnion("type", [data, url]);

const image = z.strictObject({ type: z.literal("image"), source, cache_control: hint });
const document = z.strictObject({
  type: z.literal("document"),
  source,
  title: z.string().nullish(),
  context: z.null().optional(),
  citations: nothing,
  cache_control: hint,
});

const toolResult = z.strictObject({
  type: z.literal("tool_result"),
  tool_use_id: z.string(),
  content: z.union([
    z.string(),
    z.array(z.discriminatedUnion("type", [text, image, document])),
  ]).optional(),
  is_error: z.boolean().nullish(),
  cache_control: hint,
});

const toolUse = z.strictObject({
  type: z.literal("tool_use"),
  id: z.string(),
  name: z.string(),
  input: z.record(z.string(), z.json()),
  cache_control: hint,
  caller: z.strictObject({ type: z.literal("direct") }).nullish(),
});

const thinking = z.strictObject({
  type: z.literal("thinking"),
  thinking: z.string(),
  signature: z.string().nullish(),
});
const redacted = z.strictObject({ type: z.literal("redacted_thinking"), data: z.string() });

const message = z.discriminatedUnion("role", [
  z.strictObject({
    role: z.literal("user"),
    content: z.union([
      z.string(),
      z.array(z.discriminatedUnion("type", [text, image, document, toolResult])).min(1),
    ]),
  }),
  z.strictObject({
    role: z.literal("assistant"),
    content: z.union([
      z.string(),
      z.array(z.discriminatedUnion("type", [text, toolUse, thinking, redacted])),
    ]),
  }),
  z.strictObject({ role: z.literal("system"), content: z.union([z.string(), z.array(text)]) }),
]);

const tool = z.strictObject({
  type: z.literal("custom").nullish(),
  name: z.string(),
  description: z.string().nullish(),
  input_schema: z.record(z.string(), z.json()),
  strict: z.boolean().nullish(),
  cache_control: hint,
  // How a call's arguments arrive, not what they are.
  eager_input_streaming: hint,
  defer_loading: z.literal(false).nullish(),
  allowed_callers: z.array(z.literal("direct")).nullish(),
});

const display = z.enum(["summarized", "omitted"]).nullish();
const oneByOne = z.boolean().nullish();

/** See the module. */
export const messagesSchema = z.strictObject({
  model: z.string().optional(),
  messages: z.array(message).min(1),
  system: z.union([z.string(), z.array(text)]).nullish(),
  max_tokens: z.number().int(),
  stream: z.boolean().nullish(),
  temperature: z.number().nullish(),
  top_p: z.number().nullish(),
  top_k: z.number().int().nullish(),
  stop_sequences: z.array(z.string()).nullish(),
  tools: z.array(tool).nullish(),
  tool_choice: z.discriminatedUnion("type", [
    z.strictObject({ type: z.enum(["auto", "any"]), disable_parallel_tool_use: oneByOne }),
    z.strictObject({
      type: z.literal("tool"),
      name: z.string(),
      disable_parallel_tool_use: oneByOne,
    }),
    z.strictObject({ type: z.literal("none") }),
  ]).nullish(),
  thinking: z.discriminatedUnion("type", [
    z.strictObject({ type: z.literal("disabled") }),
    z.strictObject({ type: z.literal("adaptive"), display }),
    z.strictObject({ type: z.literal("enabled"), budget_tokens: z.number().int().min(1), display }),
  ]).nullish(),
  output_config: z.strictObject({
    effort: z.enum(["low", "medium", "high", "xhigh", "max"]).nullish(),
    format: z.strictObject({
      type: z.literal("json_schema"),
      schema: z.record(z.string(), z.json()),
    }).nullish(),
  }).nullish(),
  metadata: z.strictObject({ user_id: z.string().nullish() }).nullish(),
  service_tier: z.enum(["auto", "standard_only"]).nullish(),
  // That no thoughts are taken out is what every other API does.
  context_management: z.strictObject({
    edits: z.array(z.strictObject({
      type: z.literal("clear_thinking_20251015"),
      keep: z.literal("all"),
    })).nullish(),
  }).nullish(),
  // The protocol's version, which some gateways want in the body.
  anthropic_version: hint,
  cache_control: hint,
});

/** A request that can be translated. */
export type MessagesRequest = z.output<typeof messagesSchema>;

/** One of its messages. */
export type MessagesMessage = MessagesRequest["messages"][number];
