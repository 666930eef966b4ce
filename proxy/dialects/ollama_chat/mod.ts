/** Ollama's chat. @module */
import { z } from "zod";
import type { Dialect } from "../dialect.ts";
import { modelNamed, parseBody, understood } from "../parsed_body.ts";
import { ollamaErrors } from "./failure.ts";
import { ollamaReader } from "./reader.ts";
import { buildRequest, limitIn, mediaOf, optionsSchema } from "./request.ts";

export { ollamaReader } from "./reader.ts";
export { buildRequest, limitIn, mediaOf, optionsSchema } from "./request.ts";
export { reportIn, usageOf } from "./usage.ts";

export { ollamaErrors } from "./failure.ts";

const schema = z.looseObject({
  messages: z.array(z.looseObject({ images: z.array(z.unknown()).nullish() })).max(10_000)
    .nullish(),
  stream: z.boolean().nullish(),
  options: optionsSchema,
});
const NOTHING = new Uint8Array(0);

/** See the module. An answer streams unless the request says that it must not. */
export const ollamaChat: Dialect = {
  name: "ollama.chat",
  parse(arrived) {
    const parsed = parseBody(arrived, schema);
    if ("failure" in parsed) return parsed;
    const { data } = parsed;
    const messages = data.messages ?? [];
    const media = mediaOf(messages.flatMap(({ images }) => images ?? []), data.format);
    return understood({
      arrived,
      dialect: "ollama.chat",
      endpoint: "ollama/chat",
      model: modelNamed(arrived, data.model),
      modality: media.images > 0 ? "vision" : "text",
      streaming: data.stream !== false,
      outputLimit: limitIn(data.options),
      messages: messages.length,
      media,
      classes: ["input", "output"],
    });
  },
  send: buildRequest,
  reader: ollamaReader,
  errors: ollamaErrors,
  withCost: () => NOTHING,
};
