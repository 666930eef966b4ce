import { describe, expect, it } from "vitest";
import { type Bytes, dialectOf } from "../../proxy/dialects/mod.ts";
import { passedBytes, runStream } from "../dialects/mod.ts";
import { answerBytes, readRecordings, type Recording } from "../recordings/mod.ts";
import { readByAnthropic, readByOpenAi, readByResponses } from "./official_clients.ts";
import {
  eventsIn,
  saidByChat,
  saidByContent,
  saidByMessages,
  saidByResponses,
} from "./recorded.ts";
import type { Said } from "./said.ts";
import { MODELS, type Protocol, smallestCall, translation } from "./translating.ts";

const SOURCES: readonly [Protocol, string, (events: readonly unknown[]) => Said][] = [
  ["openai.chat.completions", "openai.chat.completions", saidByChat],
  ["openai.responses", "openai.responses", saidByResponses],
  ["anthropic.messages", "anthropic.messages", saidByMessages],
  ["google.generateContent", "google.streamGenerateContent", saidByContent],
];

const PROTOCOLS = Object.keys(MODELS) as Protocol[];
const MOST_BYTES_CUT = 3_000;

const pairs = SOURCES.flatMap(([from, api, said]) => {
  const streams = readRecordings({ api, streaming: true })
    .filter(({ response }) => response.status === 200);
  return PROTOCOLS.filter((to) => to !== from)
    .map((to) => [`${from} → ${to}`, { from, to, said, streams }] as const);
});

function headOf(recording: Recording) {
  const type = recording.framing === "json-array" ? "application/json" : "text/event-stream";
  return {
    status: 200,
    headers: new Headers({ "content-type": type, date: "Sat, 01 Aug 2026 00:00:00 GMT" }),
  };
}

function readersOf(from: Protocol, to: Protocol) {
  const call = smallestCall(to, true);
  return {
    translating: translation(call, from).reader,
    native: dialectOf(from).reader(smallestCall(from, true)),
  };
}

async function readBack(to: Protocol, bytes: Bytes): Promise<Said & { usage: unknown }> {
  if (to === "openai.chat.completions") return await readByOpenAi(bytes);
  if (to === "openai.responses") return await readByResponses(bytes);
  if (to === "anthropic.messages") return await readByAnthropic(bytes);
  const text = new TextDecoder().decode(bytes);
  const events = text.split(/\r?\n\r?\n/).filter((block) => block.startsWith("data:"))
    .map((block) => JSON.parse(block.slice(5)));
  return { ...saidByContent(events), usage: events.at(-1)?.usageMetadata ?? null };
}

/**
 * What can be compared: arguments that broke off are read as far as they go by one client and not at
 * all by another, and Google's clients know no reason of their own for calls.
 */
function comparable(said: Said, to: Protocol): Said {
  const { text, reasoning, calls, stop } = said;
  return {
    text,
    reasoning,
    calls: stop === "length" ? calls.map(({ name }) => ({ name, args: null })) : calls,
    stop: to !== "openai.chat.completions" && stop === "stop" && calls.length > 0
      ? "tool_calls"
      : stop,
  };
}

/** What the recording says, as the client's protocol can say it: a picture may be words there. */
function expectedOf(said: Said & { readonly images?: string }, to: Protocol): Said {
  const asWords = to === "anthropic.messages" || to === "openai.responses";
  const pictures = asWords ? said.images ?? "" : "";
  return comparable({ ...said, text: said.text + pictures, stop: said.stop ?? "stop" }, to);
}

describe.each(pairs)("recorded streams, %s", (_name, { from, to, said, streams }) => {
  const { translating, native } = readersOf(from, to);

  it.each(streams.map((each) => [each.id, each] as const))("%s", async (_id, recording) => {
    const bytes = answerBytes(recording);
    const head = headOf(recording);
    const whole = runStream(translating, [bytes], true, head);
    const own = runStream(native, [bytes], true, head);

    // Metered as if it had not been translated.
    const { memory: _theirs, ...metered } = translating.streamCount(whole.state);
    const { memory: _own, ...expected } = native.streamCount(own.state);
    const broken = own.outputs.find(({ kind }) => kind === "failure");
    if (broken !== undefined) {
      expect(whole.outputs.at(-1)).toMatchObject({ kind: "failure" });
      expect(metered).toEqual(expected);
      return;
    }
    expect({ ...metered, done: true }).toEqual({ ...expected, done: true });

    // Said in full to the client's own reader, where the upstream came to its end.
    if (whole.outputs.at(-1)?.kind !== "done") {
      expect(expected.finished).toBe(0);
      return;
    }
    const back = await readBack(to, passedBytes(whole.outputs));
    const truth = said(eventsIn(recording));
    expect(comparable(back, to)).toEqual(expectedOf(truth, to));

    if (bytes.length > MOST_BYTES_CUT) return;
    const pieces = Array.from(bytes, (_byte, at) => bytes.subarray(at, at + 1));
    const cut = runStream(translating, pieces, true, head);
    expect(passedBytes(cut.outputs)).toEqual(passedBytes(whole.outputs));
    expect(cut.state.usage).toEqual(whole.state.usage);
  });
});
