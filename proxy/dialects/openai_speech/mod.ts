/** OpenAI's speech, and every server that speaks it. @module */
import { z } from "zod";
import { errorBody, errorEvent } from "../../errors.ts";
import type { Arrived, Dialect, ParsedCall } from "../dialect.ts";
import { sendOpenai } from "../openai_request.ts";
import { modelNamed, parseBody, understood } from "../parsed_body.ts";
import { speechReader } from "./reader.ts";

export { speechReader } from "./reader.ts";

const MAX_CHARACTERS = 1_000_000;

const speechRequestSchema = z.looseObject({
  model: z.string(),
  input: z.string().max(MAX_CHARACTERS),
  stream_format: z.enum(["sse", "audio"]).nullish(),
});

/** See the module. Metered by the characters of its text, and by tokens where a stream reports them. */
export const openaiSpeech: Dialect = {
  name: "openai.audio.speech",
  parse: parseSpeechRequest,
  send: (request, options) => sendOpenai(request, options),
  reader: (request) => speechReader(request.unitsBound, request.streaming),
  errors: { body: (failure) => ({ ...errorBody(failure) }), event: errorEvent },
  withCost: () => new Uint8Array(0),
};

function parseSpeechRequest(arrived: Arrived): ParsedCall {
  const parsed = parseBody(arrived, speechRequestSchema);
  if ("failure" in parsed) return parsed;
  const { model, input, stream_format: format } = parsed.data;
  return understood({
    dialect: "openai.audio.speech",
    endpoint: "audio/speech",
    arrived,
    model: modelNamed(arrived, model),
    modality: "audio",
    streaming: format === "sse",
    // Characters as Unicode counts them.
    unitsBound: { characters: [...input].length },
    classes: ["input", "cached_input", "output", "audio_output", "characters", "requests"],
  });
}
