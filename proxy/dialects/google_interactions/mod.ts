/** Gemini's interactions. @module */
import { classifyInside, upstreamFailure } from "../../failures/mod.ts";
import { readBeginning } from "../beginning.ts";
import { memberAt } from "../counts.ts";
import type { AnswerReader, CallRequest, Dialect } from "../dialect.ts";
import { eventStream, hasMember } from "../event_stream.ts";
import { wordsIn } from "../failure_words.ts";
import { sse } from "../framing/mod.ts";
import { classifyFailure, googleErrors } from "../google_generate_content/mod.ts";
import { jsonAnswer } from "../json_answer.ts";
import { jsonOf, objectOrEmpty } from "../parsed_body.ts";
import { isOfType } from "../plain_reader.ts";
import { addText } from "../text.ts";
import { parseInteraction } from "./parse.ts";
import { usageOf } from "./usage.ts";

const NOTHING = new Uint8Array(0);
const encoder = new TextEncoder();

const streaming = eventStream({
  framing: sse,
  endMark: "[DONE]",
  isNotable: (text) =>
    text.includes("[DONE]") || hasMember(text, '"usage"') || hasMember(text, '"error"'),
  read(event) {
    if (event.error != null) return { failure: classifyInside(wordsIn(event)) };
    const report = memberAt(event, "interaction", "usage");
    const usage = usageOf(report);
    return usage === null ? {} : { usage, raw: objectOrEmpty(report) };
  },
  count(before, event) {
    const delta = memberAt(event, "delta");
    let counted = addText(before, memberAt(delta, "text"));
    counted = addText(counted, memberAt(delta, "content", "text"));
    const called = memberAt(delta, "arguments");
    if (typeof called === "object") counted = addText(counted, JSON.stringify(called));
    else counted = addText(counted, called);
    const complete = `${event.event_type}`.startsWith("interaction.complete");
    return { counted, finished: complete ? 1 : 0 };
  },
});

/** See the module. */
export const googleInteractions: Dialect = {
  name: "google.interactions",
  parse: parseInteraction,
  send(request, { upstreamModel, outputLimit }) {
    const sent = jsonOf(request);
    const config = objectOrEmpty(sent.generation_config);
    const limit = Math.min(request.outputLimit ?? Infinity, outputLimit ?? Infinity);
    const generation_config = limit === Infinity ? config : { ...config, max_output_tokens: limit };
    return {
      action: null,
      headers: {},
      body: JSON.stringify({ ...sent, model: upstreamModel, generation_config }),
      query: {},
    };
  },
  reader: (request: CallRequest): AnswerReader => ({
    ...streaming,
    accepts: (contentType) => isOfType(contentType, request.streaming ? "event-stream" : "json"),
    streams: request.streaming,
    contentType: request.streaming ? "text/event-stream" : null,
    failure: classifyFailure,
    readAnswer(body) {
      const answer = jsonAnswer(body);
      if ("failure" in answer) return answer;
      const { json } = answer;
      if (json.error != null) return classifyInside(wordsIn(json));
      if (json.status === undefined) {
        return upstreamFailure("malformed", "The provider's answer is no interaction.");
      }
      return {
        usage: usageOf(json.usage),
        raw: json.usage ?? null,
        costNanoUsd: null,
        text: () => readBeginning(body),
      };
    },
    readBeginning,
    endsWithoutMark: false,
  }),
  errors: {
    ...googleErrors,
    event: (failure) =>
      encoder.encode(
        `event: error\ndata: ${
          JSON.stringify({ event_type: "error", ...googleErrors.body(failure) })
        }\n\n`,
      ),
  },
  withCost: () => NOTHING,
};
