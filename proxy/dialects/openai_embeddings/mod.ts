/** OpenAI's embeddings, and every server that speaks them. @module */
import { z } from "zod";
import { errorBody, errorEvent } from "../../errors.ts";
import type { Arrived, Dialect, ParsedCall } from "../dialect.ts";
import { jsonAnswer } from "../json_answer.ts";
import { classifyErrorMember, classifyFailure } from "../openai_failure.ts";
import { sendOpenai } from "../openai_request.ts";
import { reportIn } from "../openai_usage.ts";
import { modelNamed, ONLY_TEXT, parseBody, understood } from "../parsed_body.ts";
import { plainReader } from "../plain_reader.ts";
import { NOTHING_COUNTED } from "../text.ts";

const MAX_INPUTS = 100_000;

/** A text is read as it is, between a mark or two. */
const ADDED_TOKENS = 64;

// The input is a text, its tokens, or several of either; older servers call it `prompt`.
const embeddingsRequestSchema = z.looseObject({
  model: z.string(),
  input: z.union([z.string(), z.array(z.unknown()).max(MAX_INPUTS)], {
    error: "expected a string or an array",
  }).nullish(),
});

/** See the module. They have no output that is billed. */
export const openaiEmbeddings: Dialect = {
  name: "openai.embeddings",
  parse: parseEmbeddingsRequest,
  send: (request, options) => sendOpenai(request, options),
  reader: () =>
    plainReader({
      failure: classifyFailure,
      readAnswer(body) {
        const answer = jsonAnswer(body);
        if ("failure" in answer) return answer;
        const { error } = answer.json;
        if (error !== undefined && error !== null) return classifyErrorMember(error);
        return { ...reportIn(answer.json), text: () => NOTHING_COUNTED };
      },
    }),
  errors: { body: (failure) => ({ ...errorBody(failure) }), event: errorEvent },
  withCost: () => new Uint8Array(0),
};

function parseEmbeddingsRequest(arrived: Arrived): ParsedCall {
  const parsed = parseBody(arrived, embeddingsRequestSchema);
  if ("failure" in parsed) return parsed;
  const { model, input } = parsed.data;
  // A list of numbers is one text's tokens.
  const texts = Array.isArray(input) && typeof input[0] !== "number"
    ? Math.max(1, input.length)
    : 1;
  return understood({
    dialect: "openai.embeddings",
    endpoint: "embeddings",
    arrived,
    model: modelNamed(arrived, model),
    modality: "embedding",
    outputLimit: 0,
    messages: texts,
    media: { ...ONLY_TEXT, addedTokens: ADDED_TOKENS, windows: texts },
    classes: ["input", "cached_input", "image_input", "requests"],
  });
}
