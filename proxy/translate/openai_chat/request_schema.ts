/**
 * What a chat completions request may say to be translated. Whatever else it says has no form in
 * another protocol, and is refused by name.
 *
 * @module
 */
import { z } from "zod";
import { EFFORTS } from "../conversation.ts";

// Members that change neither the answer nor its limits.
const hint = z.unknown().optional();

const text = z.strictObject({ type: z.literal("text"), text: z.string(), cache_control: hint });
const refusal = z.strictObject({ type: z.literal("refusal"), refusal: z.string() });
// A picture is always read in full by the others: a lower detail would cost more than was asked for.
const picture = z.strictObject({
  url: z.string().min(1),
  detail: z.enum(["auto", "high"]).nullish(),
});
const image = z.strictObject({
  type: z.literal("image_url"),
  image_url: z.union([z.string().min(1), picture]),
  cache_control: hint,
});
const sound = z.strictObject({
  type: z.literal("input_audio"),
  input_audio: z.strictObject({ data: z.string(), format: z.enum(["wav", "mp3"]) }),
});
const document = z.strictObject({
  type: z.literal("file"),
  file: z.strictObject({ file_data: z.string(), filename: z.string().nullish() }),
  cache_control: hint,
});

const texts = z.union([z.string(), z.array(text).min(1)]);
const anything = z.discriminatedUnion("type", [text, image, sound, document]);
const said = z.discriminatedUnion("type", [text, refusal]);

const call = z.strictObject({
  id: z.string(),
  type: z.literal("function").nullish(),
  index: z.number().nullish(),
  function: z.strictObject({ name: z.string(), arguments: z.string() }),
  // Where Google's own OpenAI-compatible form puts the signature of a thought.
  extra_content: z.strictObject({
    google: z.strictObject({ thought_signature: z.string() }),
  }).nullish(),
  cache_control: hint,
});

const detail = z.looseObject({
  type: z.enum(["reasoning.text", "reasoning.encrypted", "reasoning.summary"]),
  text: z.string().nullish(),
  summary: z.string().nullish(),
  data: z.string().nullish(),
  signature: z.string().nullish(),
  format: z.string().nullish(),
});

const message = z.discriminatedUnion("role", [
  z.strictObject({ role: z.enum(["system", "developer"]), content: texts, cache_control: hint }),
  z.strictObject({
    role: z.literal("user"),
    content: z.union([z.string(), z.array(anything).min(1)]),
    cache_control: hint,
  }),
  z.strictObject({
    role: z.literal("assistant"),
    content: z.union([z.string(), z.null(), z.array(said)]).optional(),
    refusal: z.string().nullish(),
    tool_calls: z.array(call).nullish(),
    reasoning: z.string().nullish(),
    reasoning_content: z.string().nullish(),
    reasoning_details: z.array(detail).nullish(),
    // Empty in what the official clients send back.
    annotations: z.array(z.never()).nullish(),
    audio: z.null().optional(),
    function_call: z.null().optional(),
    // That the model shall go on with this text is not said.
    prefix: z.literal(false).nullish(),
    cache_control: hint,
  }),
  z.strictObject({
    role: z.literal("tool"),
    tool_call_id: z.string(),
    name: z.string().nullish(),
    content: texts,
    cache_control: hint,
  }),
]);

const tool = z.strictObject({
  type: z.literal("function").nullish(),
  function: z.strictObject({
    name: z.string(),
    description: z.string().nullish(),
    parameters: z.record(z.string(), z.json()).nullish(),
    strict: z.boolean().nullish(),
  }),
  cache_control: hint,
});

const named = z.strictObject({
  type: z.literal("function"),
  function: z.strictObject({ name: z.string() }),
});
const allowed = z.strictObject({
  type: z.literal("allowed_tools"),
  allowed_tools: z.strictObject({ mode: z.literal("required"), tools: z.array(named).min(1) }),
});

const schemaFormat = z.strictObject({
  type: z.literal("json_schema"),
  json_schema: z.strictObject({
    name: z.string(),
    description: z.string().nullish(),
    schema: z.record(z.string(), z.json()),
    strict: z.boolean().nullish(),
  }),
});

const limit = z.number().int().min(1).nullish();
const effort = z.enum(["none", ...EFFORTS]);

/** See the module. */
export const chatSchema = z.strictObject({
  model: z.string(),
  messages: z.array(message).min(1),
  stream: z.boolean().nullish(),
  stream_options: z.strictObject({
    include_usage: z.boolean().nullish(),
    include_obfuscation: z.literal(false).nullish(),
  }).nullish(),
  max_tokens: limit,
  max_completion_tokens: limit,
  n: z.literal(1).nullish(),
  temperature: z.number().nullish(),
  top_p: z.number().nullish(),
  top_k: z.number().int().nullish(),
  seed: z.number().int().nullish(),
  frequency_penalty: z.number().nullish(),
  presence_penalty: z.number().nullish(),
  stop: z.union([z.string(), z.array(z.string())]).nullish(),
  tools: z.array(tool).nullish(),
  tool_choice: z.union([z.enum(["auto", "none", "required", "any"]), named, allowed]).nullish(),
  parallel_tool_calls: z.boolean().nullish(),
  response_format: z.discriminatedUnion("type", [
    z.strictObject({ type: z.literal("text") }),
    z.strictObject({ type: z.literal("json_object") }),
    schemaFormat,
  ]).nullish(),
  reasoning_effort: effort.nullish(),
  reasoning: z.strictObject({
    effort: effort.nullish(),
    max_tokens: z.number().int().min(0).nullish(),
    enabled: z.boolean().nullish(),
    exclude: z.boolean().nullish(),
  }).nullish(),
  // How DeepSeek, Z.ai and Qwen are told to think.
  thinking: z.strictObject({ type: z.enum(["enabled", "disabled"]) }).nullish(),
  enable_thinking: z.boolean().nullish(),
  user: z.string().nullish(),
  // What says no more than the others do anyway.
  logprobs: z.literal(false).nullish(),
  top_logprobs: z.literal(0).nullish(),
  logit_bias: z.strictObject({}).nullish(),
  modalities: z.array(z.literal("text")).nullish(),
  service_tier: z.enum(["auto", "default", "standard", "standard_only", "on_demand"]).nullish(),
  store: z.literal(false).nullish(),
  safe_prompt: z.literal(false).nullish(),
  usage: z.strictObject({ include: z.boolean() }).nullish(),
  audio: z.null().optional(),
  functions: z.null().optional(),
  function_call: z.null().optional(),
  prediction: z.null().optional(),
  web_search_options: z.null().optional(),
  // Hints.
  metadata: hint,
  prompt_cache_key: hint,
  prompt_cache_retention: hint,
  safety_identifier: hint,
});

/** A request that can be translated. */
export type ChatRequest = z.output<typeof chatSchema>;

/** One of its messages. */
export type ChatMessage = ChatRequest["messages"][number];
