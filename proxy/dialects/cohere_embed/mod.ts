/** Cohere's embeddings of texts and pictures, in both versions. @module */
import { z } from "zod";
import type { Usage } from "../../../shared/usage/mod.ts";
import { upstreamFailure } from "../../failures/mod.ts";
import { cohereErrors } from "../cohere_chat/mod.ts";
import { usageOf } from "../cohere_chat/mod.ts";
import { besides, countAt, memberAt, usageOrNull } from "../counts.ts";
import type { Dialect, MediaCount } from "../dialect.ts";
import { jsonAnswer } from "../json_answer.ts";
import { jsonOf, modelNamed, parseBody, understood } from "../parsed_body.ts";
import { plainReader } from "../plain_reader.ts";
import { NOTHING_COUNTED } from "../text.ts";

const MAX_INPUTS = 10_000;
const inputs = z.array(z.unknown()).max(MAX_INPUTS).nullish();
const schema = z.looseObject({ texts: inputs, images: inputs, inputs });
const NOTHING = new Uint8Array(0);

/** See the module. */
export const cohereEmbed: Dialect = {
  name: "cohere.embed",
  parse(arrived) {
    const parsed = parseBody(arrived, schema);
    if ("failure" in parsed) return parsed;
    const { data } = parsed;
    return understood({
      arrived,
      dialect: "cohere.embed",
      endpoint: "cohere/embed",
      model: modelNamed(arrived, data.model),
      modality: "embedding",
      outputLimit: 0,
      messages: (data.texts ?? data.inputs ?? data.images ?? []).length,
      media: imagesIn(data),
      classes: ["input", "cached_input", "image_input"],
    });
  },
  send: (request, { upstreamModel }) => ({
    action: request.arrived.action ?? "v2",
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
          usage: embeddingUsage(json.meta),
          raw: json.meta ?? null,
          costNanoUsd: null,
          text: () => NOTHING_COUNTED,
        };
      },
    }),
  errors: cohereErrors,
  withCost: () => NOTHING,
};

/** Tokens of pictures stand beside those of texts. Older models count pictures, which says no tokens. */
function embeddingUsage(meta: unknown): Usage | null {
  return usageOrNull({
    ...usageOf(meta),
    ...besides([["image_input", countAt(meta, "billed_units", "image_tokens")]]),
  });
}

function imagesIn(data: z.output<typeof schema>): MediaCount {
  let images = 0;
  let dataBytes = 0;
  const take = (url: unknown) => {
    images += 1;
    if (typeof url === "string" && url.startsWith("data:")) dataBytes += url.length;
  };
  for (const url of data.images ?? []) take(url);
  for (const input of data.inputs ?? []) {
    const content = memberAt(input, "content");
    for (const part of Array.isArray(content) ? content : []) {
      if (memberAt(part, "type") === "image_url") take(memberAt(part, "image_url", "url"));
    }
  }
  return { images, dataBytes, unbounded: false };
}
