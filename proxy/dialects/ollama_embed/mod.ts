/** Ollama's embeddings. @module */
import { z } from "zod";
import { upstreamFailure } from "../../failures/mod.ts";
import type { Dialect } from "../dialect.ts";
import { jsonAnswer } from "../json_answer.ts";
import { ollamaErrors } from "../ollama_chat/mod.ts";
import { reportIn, usageOf } from "../ollama_chat/mod.ts";
import { jsonOf, modelNamed, parseBody, understood } from "../parsed_body.ts";
import { plainReader } from "../plain_reader.ts";
import { NOTHING_COUNTED } from "../text.ts";

const schema = z.looseObject({
  input: z.union([z.string(), z.array(z.string()).max(100_000)]).nullish(),
});
const NOTHING = new Uint8Array(0);

/** See the module. */
export const ollamaEmbed: Dialect = {
  name: "ollama.embed",
  parse(arrived) {
    const parsed = parseBody(arrived, schema);
    if ("failure" in parsed) return parsed;
    const { data } = parsed;
    return understood({
      arrived,
      dialect: "ollama.embed",
      endpoint: "ollama/embed",
      model: modelNamed(arrived, data.model),
      modality: "embedding",
      outputLimit: 0,
      messages: Array.isArray(data.input) ? data.input.length : 1,
      classes: ["input"],
    });
  },
  send: (request, { upstreamModel }) => ({
    action: null,
    headers: {},
    body: JSON.stringify({ ...jsonOf(request), model: upstreamModel }),
    query: {},
  }),
  reader: () =>
    plainReader({
      readAnswer(body) {
        const answer = jsonAnswer(body);
        if ("failure" in answer) return answer;
        const { json } = answer;
        if (json.embeddings === undefined) {
          return upstreamFailure("malformed", "The provider's answer has no embeddings.");
        }
        return {
          usage: usageOf(json),
          raw: reportIn(json),
          costNanoUsd: null,
          text: () => NOTHING_COUNTED,
        };
      },
    }),
  errors: ollamaErrors,
  withCost: () => NOTHING,
};
