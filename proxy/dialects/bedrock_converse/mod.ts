/** Bedrock's converse and converse-stream. @module */
import { upstreamFailure } from "../../failures/mod.ts";
import { readBeginning } from "../beginning.ts";
import type { AnswerReader, CallRequest, Dialect } from "../dialect.ts";
import { eventStream } from "../event_stream.ts";
import { jsonAnswer } from "../json_answer.ts";
import { jsonOf, objectOrEmpty } from "../parsed_body.ts";
import { isOfType } from "../plain_reader.ts";
import { bedrockErrors, classifyFailure } from "./failure.ts";
import { parseConverse } from "./parse.ts";
import { converseStream } from "./stream.ts";
import { usageOf } from "./usage.ts";

export { bedrockErrors, classifyFailure, exceptionIn } from "./failure.ts";
export { mediaIn } from "./parse.ts";
export { addConverseEvent } from "./stream.ts";
export { usageOf } from "./usage.ts";

/** The content type of AWS event streams. */
export const EVENT_STREAM_TYPE = "application/vnd.amazon.eventstream";

const streaming = eventStream(converseStream);
const NOTHING = new Uint8Array(0);

/** See the module. */
export const bedrockConverse: Dialect = {
  name: "bedrock.converse",
  parse: parseConverse,
  send(request, { outputLimit }) {
    const sent = jsonOf(request);
    const config = objectOrEmpty(sent.inferenceConfig);
    const limit = Math.min(request.outputLimit ?? Infinity, outputLimit ?? Infinity);
    const lowered = outputLimit === null
      ? sent
      : { ...sent, inferenceConfig: { ...config, maxTokens: limit } };
    return {
      action: request.streaming ? "converse-stream" : "converse",
      headers: {},
      body: JSON.stringify(lowered),
      query: {},
    };
  },
  reader: (request: CallRequest): AnswerReader => ({
    ...streaming,
    accepts: (contentType) => isOfType(contentType, request.streaming ? EVENT_STREAM_TYPE : "json"),
    streams: request.streaming,
    contentType: request.streaming ? EVENT_STREAM_TYPE : null,
    failure: classifyFailure,
    readAnswer(body) {
      const answer = jsonAnswer(body);
      if ("failure" in answer) return answer;
      const { json } = answer;
      if (json.output === undefined && json.usage === undefined) {
        return upstreamFailure("malformed", "The provider's answer has no output.");
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
  errors: bedrockErrors,
  withCost: () => NOTHING,
};
