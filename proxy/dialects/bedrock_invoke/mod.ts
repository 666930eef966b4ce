/** Bedrock's invoke: each model's own form behind one path. @module */
import { readBeginning } from "../beginning.ts";
import { bedrockErrors, classifyFailure } from "../bedrock_converse/mod.ts";
import { EVENT_STREAM_TYPE } from "../bedrock_converse/mod.ts";
import type { AnswerReader, CallRequest, Dialect } from "../dialect.ts";
import { eventStream } from "../event_stream.ts";
import { jsonAnswer } from "../json_answer.ts";
import { jsonOf } from "../parsed_body.ts";
import { isOfType } from "../plain_reader.ts";
import { limitOf, withLimit } from "./limits.ts";
import { parseInvoke } from "./parse.ts";
import { invokeStream } from "./stream.ts";
import { bodyReport, completed, headersUsage } from "./usage.ts";

const streaming = eventStream(invokeStream);
const NOTHING = new Uint8Array(0);

/** See the module. Usage stands in the body, in the stream's last event, or in headers alone. */
export const bedrockInvoke: Dialect = {
  name: "bedrock.invoke",
  parse: parseInvoke,
  send(request, { outputLimit }) {
    const { stream: _byPath, ...sent } = jsonOf(request);
    const lowered = outputLimit === null || request.outputLimit === 0
      ? sent
      : withLimit(sent, Math.min(limitOf(sent) ?? outputLimit, outputLimit));
    return {
      action: request.streaming ? "invoke-with-response-stream" : "invoke",
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
    readAnswer(body, { headers }) {
      const answer = jsonAnswer(body);
      if ("failure" in answer) return answer;
      const said = bodyReport(answer.json);
      const named = headersUsage(headers);
      return {
        usage: completed(said?.usage ?? null, named),
        raw: said?.raw ?? (named === null ? null : { ...named }),
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
