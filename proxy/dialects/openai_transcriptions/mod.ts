/** OpenAI's transcriptions and translations of speech, and every server that speaks them. @module */
import { errorBody, errorEvent } from "../../errors.ts";
import type { Dialect } from "../dialect.ts";
import { sendOpenai } from "../openai_request.ts";
import { parseTranscription } from "./parse.ts";
import { transcriptionReader } from "./reader.ts";

const common: Omit<Dialect, "name" | "parse"> = {
  send: (request, options) => sendOpenai(request, options),
  reader: transcriptionReader,
  errors: { body: (failure) => ({ ...errorBody(failure) }), event: errorEvent },
  withCost: () => new Uint8Array(0),
};

/** What was said, in the language in which it was said. */
export const openaiTranscriptions: Dialect = {
  ...common,
  name: "openai.audio.transcriptions",
  parse: (arrived) =>
    parseTranscription(arrived, "openai.audio.transcriptions", "audio/transcriptions"),
};

/** What was said, in English. */
export const openaiTranslations: Dialect = {
  ...common,
  name: "openai.audio.translations",
  parse: (arrived) =>
    parseTranscription(arrived, "openai.audio.translations", "audio/translations"),
};
