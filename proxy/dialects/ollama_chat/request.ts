/** What Ollama's requests have in common. @module */
import { z } from "zod";
import type { CallRequest, MediaCount, OutgoingRequest, SendOptions } from "../dialect.ts";
import { jsonOf, objectOrEmpty } from "../parsed_body.ts";

/** What a model's template may add, and what a format may make of it, which is read as it is written. */
const TEMPLATE_TOKENS = 512;
const FORMAT_TOKENS = 4_096;

/** The most tokens of one picture at the models that it runs, rounded up: Qwen's 16,384. */
const TOKENS_PER_IMAGE = 20_000;

/** Options whose limit is the model's own when it is negative or zero. */
export const optionsSchema = z.looseObject({
  num_predict: z.number().int().max(100_000_000).nullish(),
}).nullish();

/** The limit in the options; null for none. */
export function limitIn(options: z.output<typeof optionsSchema>): number | null {
  const limit = options?.num_predict ?? 0;
  return limit > 0 ? limit : null;
}

/** Pictures in base64, of messages or of a prompt, and the answer's `format`. */
export function mediaOf(images: readonly unknown[], format: unknown): MediaCount {
  const dataBytes = images.reduce(
    (sum: number, image) => sum + (typeof image === "string" ? image.length : 0),
    0,
  );
  return {
    images: images.length,
    dataBytes,
    unbounded: false,
    tokensPerImage: TOKENS_PER_IMAGE,
    addedTokens: format == null || format === "" ? TEMPLATE_TOKENS : FORMAT_TOKENS,
  };
}

/** Builds the request, written anew. */
export function buildRequest(
  request: CallRequest,
  { upstreamModel, outputLimit }: SendOptions,
): OutgoingRequest {
  const sent = { ...jsonOf(request), model: upstreamModel };
  const limit = Math.min(request.outputLimit ?? Infinity, outputLimit ?? Infinity);
  const options = { ...objectOrEmpty(jsonOf(request).options), num_predict: limit };
  return {
    action: null,
    headers: {},
    body: JSON.stringify(outputLimit === null ? sent : { ...sent, options }),
    query: {},
  };
}
