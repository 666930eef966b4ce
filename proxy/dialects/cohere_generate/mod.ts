/** Cohere's generate, which only the first version has. @module */
import { z } from "zod";
import { buildRequest, cohereErrors, cohereReader } from "../cohere_chat/mod.ts";
import type { CallRequest, Dialect } from "../dialect.ts";
import { modelNamed, outputLimitSchema, parseBody, understood } from "../parsed_body.ts";

const schema = z.looseObject({
  prompt: z.string(),
  stream: z.boolean().nullish(),
  max_tokens: outputLimitSchema,
  num_generations: z.number().int().min(1).max(16).nullish(),
});
const NOTHING = new Uint8Array(0);

/** See the module. */
export const cohereGenerate: Dialect = {
  name: "cohere.generate",
  parse(arrived) {
    const parsed = parseBody(arrived, schema);
    if ("failure" in parsed) return parsed;
    const { data } = parsed;
    return understood({
      arrived,
      dialect: "cohere.generate",
      endpoint: "cohere/generate",
      model: modelNamed(arrived, data.model),
      streaming: data.stream === true,
      choices: data.num_generations ?? 1,
      outputLimit: data.max_tokens ?? null,
      classes: ["input", "cached_input", "output"],
    });
  },
  send: (request, options) => buildRequest(inFirst(request), options),
  reader: (request) => cohereReader(inFirst(request)),
  errors: cohereErrors,
  withCost: () => NOTHING,
};

function inFirst(request: CallRequest): CallRequest {
  return { ...request, arrived: { ...request.arrived, action: "v1" } };
}
