/** Gemini's embeddings, one or a batch. @module */
import { z } from "zod";
import type { JsonValue } from "../../../shared/json.ts";
import { upstreamFailure } from "../../failures/mod.ts";
import type { Dialect } from "../dialect.ts";
import { classifyFailure, googleErrors } from "../google_generate_content/mod.ts";
import { mediaIn } from "../google_generate_content/mod.ts";
import { usageOf } from "../google_generate_content/mod.ts";
import { jsonAnswer } from "../json_answer.ts";
import { jsonOf, modelNamed, objectOrEmpty, parseBody, understood } from "../parsed_body.ts";
import { plainReader } from "../plain_reader.ts";
import { NOTHING_COUNTED } from "../text.ts";

const MAX_REQUESTS = 10_000;

const schema = z.looseObject({
  content: z.unknown().optional(),
  requests: z.array(z.looseObject({})).max(MAX_REQUESTS).nullish(),
});
const NOTHING = new Uint8Array(0);

/** See the module. Older models report no usage: then the input is the estimate. */
export const googleEmbedContent: Dialect = {
  name: "google.embedContent",
  parse(arrived) {
    const parsed = parseBody(arrived, schema);
    if ("failure" in parsed) return parsed;
    const { data } = parsed;
    const media = mediaIn(data);
    return understood({
      arrived,
      dialect: "google.embedContent",
      endpoint: arrived.action ?? "embedContent",
      model: modelNamed(arrived, data.model),
      modality: "embedding",
      outputLimit: 0,
      messages: data.requests?.length ?? 1,
      media,
      classes: media.unbounded ? null : ["input", "cached_input", "image_input"],
    });
  },
  send(request, { upstreamModel }) {
    const model = `models/${upstreamModel}`;
    const { model: _inPath, ...sent } = jsonOf(request);
    const requests = Array.isArray(sent.requests)
      ? { requests: sent.requests.map((each: JsonValue) => ({ ...objectOrEmpty(each), model })) }
      : { model };
    return {
      action: request.arrived.action ?? "embedContent",
      headers: {},
      body: JSON.stringify({ ...sent, ...requests }),
      query: {},
    };
  },
  reader: () =>
    plainReader({
      failure: classifyFailure,
      readAnswer(body) {
        const answer = jsonAnswer(body);
        if ("failure" in answer) return answer;
        const { json } = answer;
        if (json.embedding === undefined && json.embeddings === undefined) {
          return upstreamFailure("malformed", "The provider's answer has no embedding.");
        }
        return {
          usage: usageOf(json.usageMetadata),
          raw: json.usageMetadata ?? null,
          costNanoUsd: null,
          text: () => NOTHING_COUNTED,
        };
      },
    }),
  errors: googleErrors,
  withCost: () => NOTHING,
};
