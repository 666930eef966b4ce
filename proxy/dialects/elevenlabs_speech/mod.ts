/** ElevenLabs' speech. @module */
import { z } from "zod";
import { classify } from "../../failures/mod.ts";
import type { CallRequest, Dialect } from "../dialect.ts";
import { wordsOf } from "../failure_words.ts";
import { speechReader } from "../openai_speech/mod.ts";
import { jsonOf, modelNamed, parseBody, understood } from "../parsed_body.ts";
import { elevenlabsErrors } from "./failure.ts";

export { elevenlabsErrors } from "./failure.ts";

/** What the API takes when no model is named, by its reference. */
const DEFAULT_MODEL = "eleven_multilingual_v2";

/** The longest text that any of its models takes. */
const MAX_CHARACTERS = 40_000;

const schema = z.looseObject({
  text: z.string().max(MAX_CHARACTERS),
  model_id: z.string().nullish(),
});

const QUERIES = ["output_format", "optimize_streaming_latency", "enable_logging"];
const NOTHING = new Uint8Array(0);

/** See the module. Metered by the characters of its text; the sound passes as it comes. */
export const elevenlabsSpeech: Dialect = {
  name: "elevenlabs.speech",
  parse(arrived) {
    const parsed = parseBody(arrived, schema);
    if ("failure" in parsed) return parsed;
    const { data } = parsed;
    return understood({
      arrived,
      dialect: "elevenlabs.speech",
      endpoint: "text-to-speech",
      model: modelNamed(arrived, data.model_id ?? DEFAULT_MODEL),
      modality: "audio",
      outputLimit: 0,
      // Characters as Unicode counts them.
      unitsBound: { characters: [...data.text].length },
      classes: ["characters"],
    });
  },
  send: (request, { upstreamModel }) => ({
    action: voicePath(request),
    headers: {},
    body: JSON.stringify({ ...jsonOf(request), model_id: upstreamModel }),
    query: queryOf(request),
  }),
  reader: (request) => ({
    ...speechReader(request.unitsBound, false),
    failure: ({ status, headers }, body) => classify(status, headers, wordsOf(body)),
  }),
  errors: elevenlabsErrors,
  withCost: () => NOTHING,
};

/** The voice, and whether the sound is sent as it is made. */
function voicePath({ arrived: { params, action } }: CallRequest): string {
  return `${params.voice ?? ""}${action === null ? "" : `/${action}`}`;
}

function queryOf({ arrived: { query } }: CallRequest): Record<string, string> {
  return Object.fromEntries(QUERIES.flatMap((name) => {
    const value = query.get(name);
    return value === null ? [] : [[name, value]];
  }));
}
