/**
 * What a request for a response may say to be translated. Whatever else it says has no form in
 * another protocol (the provider's own tools, conversations that it keeps), and is refused by name.
 *
 * @module
 */
import { z } from "zod";
import { EFFORTS } from "../conversation.ts";

// Members that change neither the answer nor its limits.
const hint = z.unknown().optional();

const inputText = z.strictObject({
  type: z.enum(["input_text", "output_text", "text"]),
  text: z.string(),
  annotations: z.array(z.unknown()).max(0).optional(),
  logprobs: z.array(z.unknown()).max(0).optional(),
});
const refusal = z.strictObject({ type: z.literal("refusal"), refusal: z.string() });
const image = z.strictObject({
  type: z.literal("input_image"),
  image_url: z.string().min(1),
  detail: z.enum(["auto", "high"]).optional(),
});
const file = z.strictObject({
  type: z.literal("input_file"),
  file_data: z.string(),
  filename: z.string().optional(),
});
const content = z.discriminatedUnion("type", [inputText, refusal, image, file]);

const status = z.enum(["completed", "incomplete", "in_progress"]).optional();

const message = z.strictObject({
  type: z.literal("message").default("message"),
  id: z.string().optional(),
  status,
  role: z.enum(["user", "assistant", "system", "developer"]),
  content: z.union([z.string(), z.array(content)]),
  phase: hint,
});
const call = z.strictObject({
  type: z.literal("function_call"),
  id: z.string().optional(),
  status,
  call_id: z.string(),
  name: z.string(),
  arguments: z.string(),
});
const output = z.strictObject({
  type: z.literal("function_call_output"),
  id: z.string().optional(),
  status,
  call_id: z.string(),
  output: z.union([z.string(), z.array(z.discriminatedUnion("type", [inputText, image, file]))]),
});
const thought = z.strictObject({ type: z.string(), text: z.string() });
const reasoning = z.strictObject({
  type: z.literal("reasoning"),
  id: z.string().optional(),
  status,
  summary: z.array(thought).optional(),
  content: z.array(thought).optional(),
  encrypted_content: z.string().optional(),
});

const tool = z.strictObject({
  type: z.literal("function"),
  name: z.string(),
  description: z.string().nullish(),
  parameters: z.record(z.string(), z.json()).nullish(),
  strict: z.boolean().nullish(),
});
const named = z.strictObject({ type: z.literal("function"), name: z.string() });

/** See the module. Nulls are taken out before. */
export const responsesSchema = z.strictObject({
  model: z.string(),
  input: z.union([
    z.string(),
    z.array(z.union([
      z.discriminatedUnion("type", [call, output, reasoning]),
      message,
    ])).min(1),
  ]),
  instructions: z.string().optional(),
  stream: z.boolean().optional(),
  stream_options: z.strictObject({ include_obfuscation: z.boolean().optional() }).optional(),
  max_output_tokens: z.number().int().optional(),
  temperature: z.number().optional(),
  top_p: z.number().optional(),
  tools: z.array(tool).optional(),
  tool_choice: z.union([
    z.enum(["auto", "none", "required"]),
    named,
    z.strictObject({
      type: z.literal("allowed_tools"),
      mode: z.literal("required"),
      tools: z.array(named).min(1),
    }),
  ]).optional(),
  parallel_tool_calls: z.boolean().optional(),
  text: z.strictObject({
    format: z.discriminatedUnion("type", [
      z.strictObject({ type: z.literal("text") }),
      z.strictObject({ type: z.literal("json_object") }),
      z.strictObject({
        type: z.literal("json_schema"),
        name: z.string(),
        description: z.string().nullish(),
        schema: z.record(z.string(), z.json()),
        strict: z.boolean().nullish(),
      }),
    ]).nullish(),
    verbosity: z.literal("medium").nullish(),
  }).optional(),
  reasoning: z.strictObject({
    effort: z.enum(["none", ...EFFORTS]).nullish(),
    summary: z.enum(["auto", "concise", "detailed"]).nullish(),
  }).optional(),
  user: z.string().optional(),
  // Its answer is not kept here, so that a later call cannot go on with it.
  store: z.literal(false).optional(),
  background: z.literal(false).optional(),
  truncation: z.literal("disabled").optional(),
  include: z.array(z.literal("reasoning.encrypted_content")).optional(),
  service_tier: z.enum(["auto", "default"]).optional(),
  top_logprobs: z.literal(0).optional(),
  // It counts the calls of tools that the provider runs, and there are none.
  max_tool_calls: hint,
  metadata: hint,
  prompt_cache_key: hint,
  prompt_cache_retention: hint,
  safety_identifier: hint,
});

/** A request that can be translated. */
export type ResponsesRequest = z.output<typeof responsesSchema>;

/** One item of its input. */
export type ResponsesItem = Exclude<ResponsesRequest["input"], string>[number];
