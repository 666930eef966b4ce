/** Ollama's generate. @module */
import { z } from "zod";
import type { Dialect } from "../dialect.ts";
import { ollamaErrors } from "../ollama_chat/mod.ts";
import { ollamaReader } from "../ollama_chat/mod.ts";
import { buildRequest, limitIn, mediaOf, optionsSchema } from "../ollama_chat/mod.ts";
import { modelNamed, parseBody, understood } from "../parsed_body.ts";

const schema = z.looseObject({
  prompt: z.string().nullish(),
  images: z.array(z.unknown()).max(10_000).nullish(),
  stream: z.boolean().nullish(),
  options: optionsSchema,
});
const NOTHING = new Uint8Array(0);

/** See the module. An answer streams unless the request says that it must not. */
export const ollamaGenerate: Dialect = {
  name: "ollama.generate",
  parse(arrived) {
    const parsed = parseBody(arrived, schema);
    if ("failure" in parsed) return parsed;
    const { data } = parsed;
    const media = mediaOf(data.images ?? [], data.format);
    return understood({
      arrived,
      dialect: "ollama.generate",
      endpoint: "ollama/generate",
      model: modelNamed(arrived, data.model),
      modality: media.images > 0 ? "vision" : "text",
      streaming: data.stream !== false,
      outputLimit: limitIn(data.options),
      media,
      classes: ["input", "output"],
    });
  },
  send: buildRequest,
  reader: ollamaReader,
  errors: ollamaErrors,
  withCost: () => NOTHING,
};
