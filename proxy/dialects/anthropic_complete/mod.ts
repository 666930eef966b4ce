/** Anthropic's text completions, which report no usage at all. @module */
import { z } from "zod";
import { classify, classifyInside, upstreamFailure } from "../../failures/mod.ts";
import { anthropicErrors } from "../anthropic_messages/mod.ts";
import { headersOf } from "../anthropic_messages/mod.ts";
import { readBeginning } from "../beginning.ts";
import type { Dialect } from "../dialect.ts";
import { eventStream, hasMember } from "../event_stream.ts";
import { wordsIn, wordsOf } from "../failure_words.ts";
import { sse } from "../framing/mod.ts";
import { jsonAnswer } from "../json_answer.ts";
import { isOfType } from "../plain_reader.ts";
import { jsonOf, modelNamed, outputLimitSchema, parseBody, understood } from "../parsed_body.ts";
import { addText, NOTHING_COUNTED } from "../text.ts";

const schema = z.looseObject({
  prompt: z.string(),
  max_tokens_to_sample: outputLimitSchema,
  stream: z.boolean().nullish(),
});

const streaming = eventStream({
  framing: sse,
  endMark: null,
  isNotable: (text) => hasMember(text, '"error"'),
  // The last completion says why it stopped, and the bytes end behind it.
  read: (event) => event.type === "error" ? { failure: classifyInside(wordsIn(event)) } : {},
  count: (before, event) => ({
    counted: addText(before, event.completion),
    finished: typeof event.stop_reason === "string" ? 1 : 0,
  }),
});
const NOTHING = new Uint8Array(0);

/** See the module. */
export const anthropicComplete: Dialect = {
  name: "anthropic.complete",
  parse(arrived) {
    const parsed = parseBody(arrived, schema);
    if ("failure" in parsed) return parsed;
    const { data } = parsed;
    return understood({
      arrived,
      dialect: "anthropic.complete",
      endpoint: "complete",
      model: modelNamed(arrived, data.model),
      streaming: data.stream === true,
      outputLimit: data.max_tokens_to_sample ?? null,
      classes: ["input", "output"],
    });
  },
  send(request, { upstreamModel, outputLimit }) {
    const sent = { ...jsonOf(request), model: upstreamModel };
    const asked = request.outputLimit;
    const limit = outputLimit === null ? asked : Math.min(asked ?? outputLimit, outputLimit);
    return {
      action: null,
      headers: headersOf(request),
      body: JSON.stringify(limit === null ? sent : { ...sent, max_tokens_to_sample: limit }),
      query: {},
    };
  },
  reader: (request) => ({
    ...streaming,
    accepts: (contentType) =>
      isOfType(contentType, request.streaming ? "text/event-stream" : "json"),
    streams: request.streaming,
    contentType: request.streaming ? "text/event-stream; charset=utf-8" : null,
    failure: ({ status, headers }, body) => classify(status, headers, wordsOf(body)),
    readAnswer(body) {
      const answer = jsonAnswer(body);
      if ("failure" in answer) return answer;
      const { json } = answer;
      if (json.type === "error") return classifyInside(wordsIn(json));
      if (typeof json.completion !== "string") {
        return upstreamFailure("malformed", "The provider's answer has no completion.");
      }
      return {
        usage: null,
        raw: null,
        costNanoUsd: null,
        text: () => addText(NOTHING_COUNTED, json.completion),
      };
    },
    readBeginning,
    endsWithoutMark: false,
  }),
  errors: anthropicErrors,
  withCost: () => NOTHING,
};
