/**
 * What a request to generate content may say to be translated, in camelCase. Whatever else it says
 * has no form in another protocol, and is refused by name.
 *
 * @module
 */
import { z } from "zod";

const hint = z.unknown().optional();
const object = z.record(z.string(), z.json());

const inlineData = z.strictObject({
  mimeType: z.string(),
  data: z.string(),
  displayName: z.string().optional(),
});
const fileData = z.strictObject({
  // Files that were uploaded to Google are nobody else's.
  fileUri: z.string().regex(/^https?:\/\/(?!generativelanguage\.googleapis\.com\/)/),
  mimeType: z.string().optional(),
  displayName: z.string().optional(),
});

const part = z.strictObject({
  text: z.string().optional(),
  thought: z.boolean().optional(),
  thoughtSignature: z.string().optional(),
  inlineData: inlineData.optional(),
  fileData: fileData.optional(),
  functionCall: z.strictObject({
    id: z.string().optional(),
    name: z.string(),
    args: object.optional(),
  }).optional(),
  functionResponse: z.strictObject({
    id: z.string().optional(),
    name: z.string(),
    response: object,
    parts: z.array(z.strictObject({ inlineData })).optional(),
  }).optional(),
});

const instructions = z.strictObject({
  role: z.string().optional(),
  parts: z.preprocess(
    (parts) => Array.isArray(parts) ? parts : [parts],
    z.array(z.strictObject({ text: z.string(), thought: z.boolean().optional() })),
  ),
});

const declaration = z.strictObject({
  name: z.string(),
  description: z.string().optional(),
  parameters: object.optional(),
  parametersJsonSchema: object.optional(),
});

const zero = z.literal(0).optional();

/** See the module. */
export const generateSchema = z.strictObject({
  // The path names it; some clients say it here again.
  model: hint,
  contents: z.preprocess(
    (contents) => Array.isArray(contents) || contents === undefined ? contents : [contents],
    z.array(z.strictObject({
      role: z.enum(["user", "model", "function"]).optional(),
      parts: z.array(part).min(1),
    })).min(1),
  ),
  systemInstruction: instructions.optional(),
  tools: z.array(z.strictObject({ functionDeclarations: z.array(declaration).optional() }))
    .optional(),
  toolConfig: z.strictObject({
    functionCallingConfig: z.strictObject({
      mode: z.enum(["MODE_UNSPECIFIED", "AUTO", "ANY", "NONE", "VALIDATED"]).optional(),
      allowedFunctionNames: z.array(z.string()).optional(),
    }).optional(),
  }).optional(),
  // Filters that are switched off are what every other provider has.
  safetySettings: z.array(z.strictObject({
    category: z.union([z.string(), z.number()]),
    threshold: z.enum(["BLOCK_NONE", "OFF"]),
  })).optional(),
  generationConfig: z.strictObject({
    candidateCount: z.literal(1).optional(),
    maxOutputTokens: z.number().int().optional(),
    temperature: z.number().optional(),
    topP: z.number().optional(),
    topK: z.number().int().optional(),
    seed: z.number().int().optional(),
    frequencyPenalty: z.number().optional(),
    presencePenalty: z.number().optional(),
    stopSequences: z.array(z.string()).optional(),
    responseMimeType: z.enum(["text/plain", "application/json"]).optional(),
    responseSchema: object.optional(),
    responseJsonSchema: object.optional(),
    responseModalities: z.array(z.literal("TEXT")).optional(),
    responseLogprobs: z.literal(false).optional(),
    logprobs: zero,
    thinkingConfig: z.strictObject({
      includeThoughts: z.boolean().optional(),
      thinkingBudget: z.number().int().optional(),
      thinkingLevel: z.string().transform((level) => level.toLowerCase())
        .pipe(z.enum(["minimal", "low", "medium", "high", "thinking_level_unspecified"]))
        .optional(),
    }).optional(),
  }).optional(),
  labels: hint,
});

/** A request that can be translated. */
export type GenerateRequest = z.output<typeof generateSchema>;

/** One part of its contents. */
export type GeneratePart = GenerateRequest["contents"][number]["parts"][number];
