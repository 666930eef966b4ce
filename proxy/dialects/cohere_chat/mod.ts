/** Cohere's chat, in both versions. @module */
import { classify, type UpstreamFailure, upstreamFailure } from "../../failures/mod.ts";
import { readBeginning } from "../beginning.ts";
import type { AnswerReader, AnswerReading, Bytes, CallRequest, Dialect } from "../dialect.ts";
import type { OutgoingRequest, SendOptions } from "../dialect.ts";
import { eventStream } from "../event_stream.ts";
import { wordsOf } from "../failure_words.ts";
import { ndjson, sse } from "../framing/mod.ts";
import { jsonAnswer } from "../json_answer.ts";
import { jsonOf } from "../parsed_body.ts";
import { isOfType } from "../plain_reader.ts";
import { objectOrEmpty } from "../parsed_body.ts";
import { cohereErrors, lineErrorEvent } from "./failure.ts";
import { parseChat } from "./parse.ts";
import { cohereStream } from "./stream.ts";
import { reportIn, usageOf } from "./usage.ts";

export { usageOf } from "./usage.ts";

export { cohereErrors } from "./failure.ts";

const events = eventStream(cohereStream(sse));
const lines = eventStream(cohereStream(ndjson));
const NOTHING = new Uint8Array(0);

/** The version that the client speaks: the path's, or the one that the body has the form of. */
function isFirstVersion({ arrived }: CallRequest): boolean {
  return arrived.action === "v1" || arrived.action === null && jsonOfArrived(arrived) !== undefined;
}

function jsonOfArrived({ body }: CallRequest["arrived"]): unknown {
  return body.kind === "json" ? body.json.message : undefined;
}

/** The request to an API whose path starts with its version, written anew. */
export function buildRequest(
  request: CallRequest,
  { upstreamModel, outputLimit }: SendOptions,
): OutgoingRequest {
  const sent = { ...jsonOf(request), model: upstreamModel };
  const limit = Math.min(request.outputLimit ?? Infinity, outputLimit ?? Infinity);
  return {
    action: isFirstVersion(request) ? "v1" : "v2",
    headers: {},
    body: JSON.stringify(outputLimit === null ? sent : { ...sent, max_tokens: limit }),
    query: {},
  };
}

/** The reader of answers with a `usage` or `meta`, streams in the version's own framing. */
export function cohereReader(request: CallRequest): AnswerReader {
  const first = isFirstVersion(request);
  return {
    ...(first ? lines : events),
    accepts: (contentType) =>
      isOfType(contentType, request.streaming && !first ? "event-stream" : "json"),
    streams: request.streaming,
    contentType: null,
    failure: ({ status, headers }, body) => classify(status, headers, wordsOf(body)),
    readAnswer,
    readBeginning,
    endsWithoutMark: false,
    ...(first ? { errorEvent: lineErrorEvent } : {}),
  };
}

function readAnswer(body: Bytes): AnswerReading | UpstreamFailure {
  const answer = jsonAnswer(body);
  if ("failure" in answer) return answer;
  const { json } = answer;
  if (json.message === undefined && json.text === undefined && json.generations === undefined) {
    return upstreamFailure("malformed", "The provider's answer has no message.");
  }
  const report = reportIn(json);
  return {
    usage: usageOf(report),
    raw: report === undefined ? null : objectOrEmpty(report),
    costNanoUsd: null,
    text: () => readBeginning(body),
  };
}

/** See the module. */
export const cohereChat: Dialect = {
  name: "cohere.chat",
  parse: parseChat,
  send: buildRequest,
  reader: cohereReader,
  errors: cohereErrors,
  withCost: () => NOTHING,
};
