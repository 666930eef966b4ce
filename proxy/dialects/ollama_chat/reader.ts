/** Reading Ollama's answers: one object, or lines of them. @module */
import {
  classify,
  classifyInside,
  type UpstreamFailure,
  upstreamFailure,
} from "../../failures/mod.ts";
import { readBeginning } from "../beginning.ts";
import { memberAt } from "../counts.ts";
import type { AnswerReader, AnswerReading, Bytes, CallRequest, TextCount } from "../dialect.ts";
import { eventStream, hasMember } from "../event_stream.ts";
import { wordsIn, wordsOf } from "../failure_words.ts";
import { ndjson } from "../framing/mod.ts";
import { jsonAnswer } from "../json_answer.ts";
import { isOfType } from "../plain_reader.ts";
import { addText, NOTHING_COUNTED } from "../text.ts";
import { reportIn, usageOf } from "./usage.ts";

const streaming = eventStream({
  framing: ndjson,
  endMark: null,
  isNotable: (text) => text.includes('"done":true') || hasMember(text, '"error"'),
  read(event) {
    if (event.error != null) return { failure: classifyInside(wordsIn(event)) };
    if (event.done !== true) return {};
    return { usage: usageOf(event), raw: reportIn(event), ends: true };
  },
  count: (before, event) => ({
    counted: addAnswer(before, event),
    finished: event.done === true ? 1 : 0,
  }),
});

/** The reader of chats and generations. */
export function ollamaReader(request: CallRequest): AnswerReader {
  return {
    ...streaming,
    accepts: (contentType) => isOfType(contentType, "json"),
    streams: request.streaming,
    contentType: request.streaming ? "application/x-ndjson" : null,
    failure: ({ status, headers }, body) => classify(status, headers, wordsOf(body)),
    readAnswer,
    readBeginning,
    endsWithoutMark: false,
  };
}

function readAnswer(body: Bytes): AnswerReading | UpstreamFailure {
  const answer = jsonAnswer(body);
  if ("failure" in answer) return answer;
  const { json } = answer;
  if (json.error != null) return classifyInside(wordsIn(json));
  if (json.message === undefined && json.response === undefined) {
    return upstreamFailure("malformed", "The provider's answer has no message.");
  }
  return {
    usage: usageOf(json),
    raw: reportIn(json),
    costNanoUsd: null,
    text: () => addAnswer(NOTHING_COUNTED, json),
  };
}

function addAnswer(before: TextCount, answer: unknown): TextCount {
  let count = addText(before, memberAt(answer, "response"));
  count = addText(count, memberAt(answer, "thinking"));
  const message = memberAt(answer, "message");
  count = addText(count, memberAt(message, "content"));
  count = addText(count, memberAt(message, "thinking"));
  const calls = memberAt(message, "tool_calls");
  for (const call of Array.isArray(calls) ? calls : []) {
    count = addText(count, memberAt(call, "function", "name"));
    count = addText(count, JSON.stringify(memberAt(call, "function", "arguments") ?? {}));
  }
  return count;
}
