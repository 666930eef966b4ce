/** Google's predict: Imagen's pictures and Vertex's embeddings. @module */
import { z } from "zod";
import { upstreamFailure } from "../../failures/mod.ts";
import { memberAt } from "../counts.ts";
import type { Dialect, MediaCount } from "../dialect.ts";
import { classifyFailure, googleErrors } from "../google_generate_content/mod.ts";
import { readBeginning } from "../beginning.ts";
import { jsonAnswer } from "../json_answer.ts";
import { jsonOf, modelNamed, parseBody, understood } from "../parsed_body.ts";
import { plainReader } from "../plain_reader.ts";
import { usageOf } from "./usage.ts";

const MAX_INSTANCES = 1_000;
const MAX_SAMPLES = 16;
/** Pictures of one instance where the request names no number. */
const SAMPLES = 4;

const schema = z.looseObject({
  instances: z.array(z.looseObject({})).min(1).max(MAX_INSTANCES),
  parameters: z.looseObject({
    sampleCount: z.number().int().min(1).max(MAX_SAMPLES).nullish(),
  }).nullish(),
});
const NOTHING = new Uint8Array(0);

/** See the module. A call that makes pictures has no tokens. */
export const googlePredict: Dialect = {
  name: "google.predict",
  parse(arrived) {
    const parsed = parseBody(arrived, schema);
    if ("failure" in parsed) return parsed;
    const { data } = parsed;
    const model = modelNamed(arrived);
    const makesImages = data.instances.some(({ prompt }) => prompt !== undefined);
    return understood({
      arrived,
      dialect: "google.predict",
      endpoint: "predict",
      model,
      modality: makesImages ? "image" : "embedding",
      outputLimit: 0,
      messages: data.instances.length,
      media: mediaOf(data.instances),
      unitsBound: makesImages
        ? { images: data.instances.length * (data.parameters?.sampleCount ?? SAMPLES) }
        : {},
    });
  },
  send: (request) => ({
    action: "predict",
    headers: {},
    body: JSON.stringify(jsonOf(request)),
    query: {},
  }),
  reader: () =>
    plainReader({
      failure: classifyFailure,
      readAnswer(body) {
        const answer = jsonAnswer(body);
        if ("failure" in answer) return answer;
        const { json } = answer;
        if (!Array.isArray(json.predictions)) {
          return upstreamFailure("malformed", "The provider's answer has no predictions.");
        }
        return {
          usage: usageOf(json),
          raw: json.metadata ?? null,
          costNanoUsd: null,
          text: () => readBeginning(body),
        };
      },
    }),
  errors: googleErrors,
  withCost: () => NOTHING,
};

function mediaOf(instances: readonly { readonly [member: string]: unknown }[]): MediaCount {
  let images = 0;
  let dataBytes = 0;
  let unbounded = false;
  for (const instance of instances) {
    if (instance.video !== undefined) unbounded = true;
    if (instance.image === undefined) continue;
    images += 1;
    const data = memberAt(instance.image, "bytesBase64Encoded");
    if (typeof data === "string") dataBytes += data.length;
  }
  return { images, dataBytes, unbounded };
}
