/** OpenAI's moderations: metered by the request, for whoever puts a price on it. @module */
import { z } from "zod";
import { errorBody, errorEvent } from "../../errors.ts";
import type { Arrived, Dialect, ParsedCall } from "../dialect.ts";
import { jsonAnswer } from "../json_answer.ts";
import { classifyErrorMember, classifyFailure } from "../openai_failure.ts";
import { sendOpenai } from "../openai_request.ts";
import { reportIn } from "../openai_usage.ts";
import { modelNamed, parseBody, understood } from "../parsed_body.ts";
import { plainReader } from "../plain_reader.ts";
import { NOTHING_COUNTED } from "../text.ts";

/** What OpenAI takes where no model is named. */
const STANDARD_MODEL = "omni-moderation-latest";

const moderationsRequestSchema = z.looseObject({
  model: z.string().nullish(),
  input: z.union([z.string(), z.array(z.unknown()).max(10_000)], {
    error: "expected a string or an array",
  }),
});

/** See the module. */
export const openaiModerations: Dialect = {
  name: "openai.moderations",
  parse: parseModerationsRequest,
  send: (request, options) => sendOpenai(request, options),
  reader: () =>
    plainReader({
      failure: classifyFailure,
      readAnswer(body) {
        const answer = jsonAnswer(body);
        if ("failure" in answer) return answer;
        const { error } = answer.json;
        if (error !== undefined && error !== null) return classifyErrorMember(error);
        const report = reportIn(answer.json);
        return {
          ...report,
          usage: { ...report.usage, requests: 1 },
          text: () => NOTHING_COUNTED,
        };
      },
    }),
  errors: { body: (failure) => ({ ...errorBody(failure) }), event: errorEvent },
  withCost: () => new Uint8Array(0),
};

function parseModerationsRequest(arrived: Arrived): ParsedCall {
  const parsed = parseBody(arrived, moderationsRequestSchema);
  if ("failure" in parsed) return parsed;
  const { model, input } = parsed.data;
  return understood({
    dialect: "openai.moderations",
    endpoint: "moderations",
    arrived,
    model: modelNamed(arrived, model ?? STANDARD_MODEL),
    outputLimit: 0,
    messages: Array.isArray(input) ? input.length : 1,
    media: {
      // A picture may be given by its address alone.
      images: Array.isArray(input) ? input.filter((each) => typeof each === "object").length : 0,
      dataBytes: 0,
      unbounded: false,
    },
    unitsBound: { requests: 1 },
    classes: ["input", "cached_input", "image_input", "requests"],
  });
}
