/** Counting the tokens of a message before it is sent. @module */
import { upstreamFailure } from "../../failures/mod.ts";
import { anthropicErrors } from "../anthropic_messages/mod.ts";
import { parseMessages } from "../anthropic_messages/mod.ts";
import { headersOf } from "../anthropic_messages/mod.ts";
import { countAt } from "../counts.ts";
import type { Dialect } from "../dialect.ts";
import { jsonAnswer } from "../json_answer.ts";
import { jsonOf } from "../parsed_body.ts";
import { plainReader } from "../plain_reader.ts";
import { NOTHING_COUNTED } from "../text.ts";

const NOTHING = new Uint8Array(0);

/** The provider counts without a charge: the count is metered as what it is, and nobody pays for it. */
export const anthropicCountTokens: Dialect = {
  name: "anthropic.count_tokens",
  parse(arrived) {
    const parsed = parseMessages(arrived, "anthropic.count_tokens");
    if ("failure" in parsed) return parsed;
    const { request } = parsed;
    return {
      request: {
        ...request,
        streaming: false,
        outputLimit: 0,
        // Nothing runs: no tool reads, and nothing is searched.
        media: { ...request.media, readings: 1 },
        unitsBound: { requests: 1 },
        classes: ["input", "requests"],
        free: true,
      },
    };
  },
  send: (request, { upstreamModel }) => ({
    action: null,
    headers: headersOf(request),
    body: JSON.stringify({ ...jsonOf(request), model: upstreamModel }),
    query: {},
  }),
  reader: () =>
    plainReader({
      readAnswer(body) {
        const answer = jsonAnswer(body);
        if ("failure" in answer) return answer;
        const input = countAt(answer.json, "input_tokens");
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
  errors: anthropicErrors,
  withCost: () => NOTHING,
};
