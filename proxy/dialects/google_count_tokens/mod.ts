/** Counting the tokens of contents before they are sent. @module */
import { z } from "zod";
import { upstreamFailure } from "../../failures/mod.ts";
import { countAt } from "../counts.ts";
import type { Dialect } from "../dialect.ts";
import { classifyFailure, googleErrors } from "../google_generate_content/mod.ts";
import { mediaIn, partsIn } from "../google_generate_content/mod.ts";
import { jsonAnswer } from "../json_answer.ts";
import { jsonOf, modelNamed, objectOrEmpty, parseBody, understood } from "../parsed_body.ts";
import { plainReader } from "../plain_reader.ts";
import { NOTHING_COUNTED } from "../text.ts";

const schema = z.looseObject({
  contents: z.unknown().optional(),
  generateContentRequest: z.unknown().optional(),
});
const NOTHING = new Uint8Array(0);

/** The provider counts without a charge: the count is metered as what it is, and nobody pays for it. */
export const googleCountTokens: Dialect = {
  name: "google.countTokens",
  parse(arrived) {
    const parsed = parseBody(arrived, schema);
    if ("failure" in parsed) return parsed;
    const { data } = parsed;
    return understood({
      arrived,
      dialect: "google.countTokens",
      endpoint: "countTokens",
      model: modelNamed(arrived, data.model),
      outputLimit: 0,
      messages: partsIn(data.contents),
      media: mediaIn(data),
      unitsBound: { requests: 1 },
      classes: ["input", "requests"],
      free: true,
    });
  },
  send(request, { upstreamModel }) {
    const { model: _inPath, ...sent } = jsonOf(request);
    const inner = sent.generateContentRequest;
    // The request that is counted names its model once more.
    const counted = inner == null ? {} : {
      generateContentRequest: { ...objectOrEmpty(inner), model: `models/${upstreamModel}` },
    };
    return {
      action: "countTokens",
      headers: {},
      body: JSON.stringify({ ...sent, ...counted }),
      query: {},
    };
  },
  reader: () =>
    plainReader({
      failure: classifyFailure,
      readAnswer(body) {
        const answer = jsonAnswer(body);
        if ("failure" in answer) return answer;
        const input = countAt(answer.json, "totalTokens");
        if (input === null) {
          return upstreamFailure("malformed", "The provider's answer has no count of tokens.");
        }
        return {
          usage: { input, requests: 1 },
          raw: answer.json,
          costNanoUsd: null,
          text: () => NOTHING_COUNTED,
        };
      },
    }),
  errors: googleErrors,
  withCost: () => NOTHING,
};
