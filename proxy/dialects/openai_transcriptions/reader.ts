/** What was written down: JSON, a text, subtitles, or a stream of events. @module */
import type { JsonObject } from "../../../shared/json.ts";
import type { Usage } from "../../../shared/usage/mod.ts";
import type { UpstreamFailure } from "../../failures/mod.ts";
import { memberAt } from "../counts.ts";
import type { AnswerReader, AnswerReading, Bytes, CallRequest } from "../dialect.ts";
import { readBeginning } from "../beginning.ts";
import { filesOf, onlyFileIn } from "../form_members.ts";
import { secondsOfSound } from "../sound_length.ts";
import { eventStream, hasMember, type StreamForm } from "../event_stream.ts";
import { sse } from "../framing/mod.ts";
import { jsonAnswer } from "../json_answer.ts";
import { classifyErrorMember, classifyFailure } from "../openai_failure.ts";
import { mergeUsage, reportIn } from "../openai_usage.ts";
import { addText, NOTHING_COUNTED } from "../text.ts";

const decoder = new TextDecoder();

/** The reader of an answer to a request. */
export function transcriptionReader(request: CallRequest): AnswerReader {
  const { streaming } = request;
  return {
    ...eventStream(transcriptionStream),
    accepts: (contentType) =>
      streaming
        ? contentType.includes("text/event-stream")
        : contentType.includes("json") || contentType.startsWith("text/") ||
          contentType.includes("subrip"),
    streams: streaming,
    contentType: null,
    failure: classifyFailure,
    readAnswer(body, { headers }) {
      const reading = (headers.get("content-type") ?? "json").includes("json")
        ? readJson(body)
        : readText(body);
      if ("failure" in reading || reading.usage !== null) return reading;
      return { ...reading, usage: secondsAsked(request) };
    },
    readBeginning,
    endsWithoutMark: false,
  };
}

function readJson(body: Bytes): AnswerReading | UpstreamFailure {
  const answer = jsonAnswer(body);
  if ("failure" in answer) return answer;
  const { json } = answer;
  if (json.error !== undefined && json.error !== null) return classifyErrorMember(json.error);
  const report = reportIn(json);
  return {
    ...report,
    usage: report.usage ?? secondsIn(json),
    text: () => addText(NOTHING_COUNTED, json.text),
  };
}

/** A text, or subtitles: the last time in them is how far the sound reached. */
function readText(body: Bytes): AnswerReading {
  const text = decoder.decode(body);
  const times = [...text.matchAll(/-->\s*(?:(\d{1,3}):)?(\d{2}):(\d{2})[.,](\d{3})/g)];
  const seconds = times.map(([, hours, minutes, whole, part]) =>
    Number(hours ?? 0) * 3_600 + Number(minutes) * 60 + Number(whole) + Number(part) / 1_000
  );
  return {
    usage: seconds.length === 0 ? null : { seconds: Math.ceil(Math.max(...seconds)) },
    raw: null,
    costNanoUsd: null,
    text: () => addText(NOTHING_COUNTED, text),
  };
}

/** The length of the sound as the answer itself says it; null when it does not. */
function secondsIn(answer: JsonObject): Usage | null {
  const { duration, segments } = answer;
  const ends = Array.isArray(segments) ? segments.map((each) => memberAt(each, "end")) : [];
  const said = [duration, ...ends]
    .filter((each) => typeof each === "number" && each >= 0 && each < 1e9) as number[];
  return said.length === 0 ? null : { seconds: Math.ceil(Math.max(...said)) };
}

/** The length of the sound that was sent, where its file tells it; never above what was held. */
function secondsAsked({ arrived: { body, bodyBytes }, unitsBound }: CallRequest): Usage | null {
  if (body.kind === "json") return null;
  const [file] = filesOf(body.form);
  const content = file === undefined ? null : onlyFileIn(bodyBytes, file.size);
  const seconds = content === null ? null : secondsOfSound(content);
  return seconds === null ? null : { seconds: Math.min(seconds, unitsBound.seconds ?? seconds) };
}

const transcriptionStream: StreamForm = {
  framing: sse,
  endMark: "[DONE]",
  isNotable: (text) =>
    text.includes("[DONE]") || hasMember(text, '"usage"') || hasMember(text, '"error"') ||
    text.includes('.done"') || text.includes('"error"'),
  read(event, _name, state) {
    if (event.type === "error" || (event.error !== undefined && event.error !== null)) {
      return { failure: classifyErrorMember(event.error ?? event) };
    }
    const { usage, raw, costNanoUsd } = reportIn(event);
    return {
      usage: mergeUsage(state.usage, usage),
      raw,
      costNanoUsd,
      ends: ends(event.type),
    };
  },
  count: (before, { type, delta, text }) => ({
    counted: addText(before, ends(type) ? undefined : delta ?? text),
    finished: ends(type) ? 1 : 0,
  }),
};

function ends(type: unknown): boolean {
  return type === "transcript.text.done" || type === "transcription.done";
}
