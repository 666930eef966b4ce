/**
 * Reading an upstream's answer for a client that speaks another protocol. The upstream's own reader
 * understands it (its usage, its failures, its end), so that a translated call is metered exactly as
 * a native one; here its events are only written anew, one by one.
 *
 * @module
 */
import type { JsonObject } from "../../shared/json.ts";
import {
  type AnswerHead,
  type AnswerReader,
  type Bytes,
  type CallRequest,
  type ErrorForm,
  jsonArray,
  sse,
  type StreamOutput,
  type StreamState,
  type StreamStep,
} from "../dialects/mod.ts";
import { parsedObject } from "./json.ts";
import {
  type AnswerContext,
  EVENT_STREAM,
  type StreamReader,
  type StreamWriter,
  type Wire,
} from "./wire.ts";

type UpstreamFailure = ReturnType<AnswerReader["failure"]>;

/** What a translation is made of. */
export interface TranslatedReading {
  /** How the upstream's answer is read for the meter. */
  readonly inner: AnswerReader;
  /** What the upstream speaks. */
  readonly from: Wire;
  /** What the client speaks. */
  readonly to: Wire;
  /** What the client asked for. */
  readonly call: CallRequest;
  /** The client's reader, had it been native: it knows how an error looks in its streams. */
  readonly native: Pick<AnswerReader, "errorEvent">;
}

/** What a stream keeps besides the upstream's own state. */
interface Memory {
  /** What the upstream's own reader keeps. */
  readonly inner: unknown;
  readonly asEvents: boolean;
  readonly read: unknown;
  readonly write: unknown;
  /** The event with nothing but usage has come, or the end was written. */
  readonly usageSeen: boolean;
  readonly closed: boolean;
}

const encoder = new TextEncoder();

/** See the module. All of it is pure. */
export function translatedReader(
  { inner, from, to, call, native }: TranslatedReading,
): AnswerReader {
  const stream = new StreamTranslation(inner, from.reads, to.writes);
  return {
    accepts: inner.accepts,
    streams: inner.streams,
    contentType: inner.streams ? to.streamType(call) : "application/json",
    endsWithoutMark: inner.endsWithoutMark,
    failure: (head, body) => inOwnWords(inner.failure(head, body)),
    readAnswer(body, head) {
      const reading = inner.readAnswer(body, head);
      if ("failure" in reading) return inOwnWords(reading);
      const answer = from.readAnswer(parsedObject(new TextDecoder().decode(body)) ?? {});
      const written = to.writeAnswer(answer, reading.usage, contextOf(call, head, to));
      return { ...reading, translated: encoder.encode(JSON.stringify(written)) };
    },
    readBeginning: inner.readBeginning,
    streamStart(head) {
      const state = inner.streamStart(head);
      return {
        ...state,
        memory: {
          inner: state.memory,
          asEvents: !(head.headers.get("content-type") ?? "").includes("json"),
          read: from.reads.start,
          write: to.writes.start(contextOf(call, head, to)),
          usageSeen: false,
          closed: false,
        } satisfies Memory,
      };
    },
    streamStep: (state, chunk) => stream.step(state, (own) => inner.streamStep(own, chunk)),
    streamEnd: (state) => stream.end(state),
    streamCount: (state) => stream.count(state),
    ...(native.errorEvent === undefined ? {} : { errorEvent: errorEventOf(native.errorEvent) }),
  };
}

function errorEventOf(native: ErrorForm["event"]): ErrorForm["event"] {
  return (failure) => native(failure);
}

/** What the upstream calls its error means nothing in another protocol. */
function inOwnWords(upstream: UpstreamFailure): UpstreamFailure {
  const { upstreamCode: _code, upstreamType: _type, ...failure } = upstream.failure;
  return { ...upstream, failure };
}

function contextOf(call: CallRequest, { headers }: AnswerHead, to: Wire): AnswerContext {
  const answeredMs = Date.parse(headers.get("date") ?? "");
  return {
    model: call.model,
    createdS: Number.isFinite(answeredMs) ? Math.floor(answeredMs / 1_000) : 0,
    asEvents: to.streamType(call) === EVENT_STREAM,
  };
}

class StreamTranslation {
  constructor(
    readonly inner: AnswerReader,
    readonly reads: StreamReader<unknown>,
    readonly writes: StreamWriter<unknown>,
  ) {}

  step(state: StreamState, innerStep: (own: StreamState) => StreamStep): StreamStep {
    const memory = state.memory as Memory;
    const [next, outputs] = innerStep({ ...state, memory: memory.inner });
    return this.#translated(next, { ...memory, inner: next.memory }, outputs);
  }

  /** The end of the bytes is the end of the answer where the upstream said so in any way. */
  end(before: StreamState): StreamStep {
    const [state, outputs] = this.step(before, (own) => this.inner.streamEnd(own));
    const memory = state.memory as Memory;
    if (memory.closed || outputs.some(({ kind }) => kind === "failure")) return [state, outputs];
    const counted = this.count(state);
    const ended = counted.finished > 0 || this.inner.endsWithoutMark || memory.usageSeen;
    if (!ended) return [counted, outputs];
    const [closed, closing] = this.#close(counted, memory);
    return [{ ...closed, done: true }, [...outputs, ...closing]];
  }

  count(state: StreamState): StreamState {
    const memory = state.memory as Memory;
    const counted = this.inner.streamCount({ ...state, memory: memory.inner });
    return { ...counted, memory: { ...memory, inner: counted.memory } };
  }

  #translated(
    before: StreamState,
    memory: Memory,
    outputs: readonly StreamOutput[],
  ): StreamStep {
    let state = { ...before, memory };
    const written: StreamOutput[] = [];
    for (const output of outputs) {
      if (output.kind === "failure") {
        written.push({ kind: "failure", failure: inOwnWords(output.failure) });
        return [state, written];
      }
      const [next, text] = this.#rewritten(state.memory, output.bytes);
      state = {
        ...state,
        memory: { ...next, usageSeen: next.usageSeen || output.kind === "usage" },
      };
      if (text !== "") written.push({ kind: "bytes", bytes: encoder.encode(text) });
      if (output.kind === "done" && !state.memory.closed) {
        const [closed, closing] = this.#close(state, state.memory);
        return [closed, [...written, ...closing]];
      }
    }
    return [state, written];
  }

  /** The events in bytes, one by one; what is no event, such as a comment, says nothing. */
  #rewritten(before: Memory, bytes: Bytes): readonly [Memory, string] {
    const framing = before.asEvents ? sse : jsonArray;
    let { read, write } = before;
    let text = "";
    for (const { data } of framing.eventsIn(framing.textOf(bytes))) {
      const event: JsonObject | null = parsedObject(data);
      if (event === null) continue;
      const [nextRead, deltas] = this.reads.step(read, event);
      read = nextRead;
      for (const delta of deltas) {
        const [nextWrite, more] = this.writes.step(write, delta);
        write = nextWrite;
        text += more;
      }
    }
    return [{ ...before, read, write }, text];
  }

  #close(state: StreamState, memory: Memory): StreamStep {
    const { rest, usage, mark } = this.writes.end(memory.write, state.usage);
    const outputs: StreamOutput[] = [];
    if (rest !== "") outputs.push({ kind: "bytes", bytes: encoder.encode(rest) });
    if (usage !== null) {
      outputs.push({ kind: "usage", bytes: encoder.encode(usage.text), event: usage.event });
    }
    outputs.push({ kind: "done", bytes: encoder.encode(mark) });
    return [{ ...state, memory: { ...memory, closed: true } }, outputs];
  }
}
