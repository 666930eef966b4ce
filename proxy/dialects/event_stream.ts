/**
 * Observing a stream of events without touching what needs no touching: one machine for every dialect
 * whose streams are events of JSON, in any framing.
 *
 * @module
 */
import { failure } from "../../shared/errors.ts";
import type { JsonObject, JsonValue } from "../../shared/json.ts";
import type { Usage } from "../../shared/usage/mod.ts";
import { type UpstreamFailure, upstreamFailure } from "../failures/mod.ts";
import {
  type AnswerReader,
  type Bytes,
  NO_EXTRAS,
  type StreamOutput,
  type StreamState,
  type StreamStep,
  type TextCount,
} from "./dialect.ts";
import { concatenated, type Framing } from "./framing/mod.ts";
import { NOTHING_COUNTED } from "./text.ts";

/** What one event said. */
export interface EventReading {
  /** The reports so far, this event's included; absent when it reports nothing. */
  readonly usage?: Usage | null;
  readonly raw?: JsonValue;
  readonly costNanoUsd?: number | null;
  /** The answer has come to its end with it. */
  readonly ends?: boolean;
  /** It carries the usage that the client may be told the cost with, and can be held back. */
  readonly onlyUsage?: boolean;
  readonly failure?: UpstreamFailure;
  readonly memory?: unknown;
}

/** What a dialect says of its streams. */
export interface StreamForm {
  readonly framing: Framing;
  /** The payload that is no JSON and ends the stream, such as `[DONE]`; null when there is none. */
  readonly endMark: string | null;
  /**
   * Whether some event in the text may say usage, an error or the end; a few searches. Where it says
   * no, the text is passed on without being parsed.
   */
  isNotable(text: string): boolean;
  read(event: JsonObject, name: string | null, state: StreamState): EventReading;
  /** Adds the text of an event, and how many answers it says to have finished. */
  count(
    before: TextCount,
    event: JsonObject,
    name: string | null,
  ): { readonly counted: TextCount; readonly finished: number };
}

type Streaming = Pick<AnswerReader, "streamStart" | "streamStep" | "streamEnd" | "streamCount">;

const MAX_EVENT_BYTES = 16_000_000;
const SMALL_BYTES = 4_096;
const MAX_UNCOUNTED_LENGTH = 65_536;
const NO_OUTPUT: readonly StreamOutput[] = [];
const NOTHING_PENDING: readonly Bytes[] = [];

/** The state before the first byte. */
export function emptyStreamState(): StreamState {
  return {
    pending: [],
    pendingBytes: 0,
    started: false,
    done: false,
    usage: null,
    uncounted: "",
    counted: NOTHING_COUNTED,
    finished: 0,
    memory: null,
    ...NO_EXTRAS,
  };
}

/**
 * The streaming part of a reader. Bytes come out in whole events only, so that an event can be held
 * back. Most chunks are one whole event without usage, error or end: they pass after a few searches,
 * and their text is parsed and counted only when nobody reports usage.
 */
export function eventStream(form: StreamForm): Streaming {
  const { framing } = form;
  return {
    streamStart: emptyStreamState,
    streamStep(state, chunk) {
      if (state.failed === true) return [state, NO_OUTPUT];
      const end = framing.lastEnd(state.pending, chunk);
      if (end === 0) return hold(state, chunk);
      const whole = concatenated(state.pending, chunk.subarray(0, end));
      const rest = chunk.subarray(end);
      const text = framing.textOf(whole);
      const pending = rest.length === 0 ? NOTHING_PENDING : [rest];
      const pendingBytes = rest.length;
      if (!state.started || !framing.isOneEvent(text) || form.isNotable(text)) {
        return takeEvents(form, { ...state, pending, pendingBytes }, framing.split(whole));
      }
      // One copy of the state for most chunks.
      const uncounted = state.uncounted + text;
      const next = countedIfLong(form, { ...state, pending, pendingBytes, uncounted });
      return [next, [{ kind: "bytes", bytes: whole }]];
    },
    /** An event without its closing mark counts as one. */
    streamEnd(state) {
      if (state.pendingBytes === 0) return [state, NO_OUTPUT];
      const rest = concatenated(state.pending, new Uint8Array(0));
      // Some answer with an error as a whole where a stream was asked for.
      const whole = state.started ? null : parsed(framing.textOf(rest));
      const failure = whole === null ? undefined : form.read(whole, null, state).failure;
      if (failure !== undefined) return [state, [failed(failure)]];
      return takeEvents(form, { ...state, pending: [], pendingBytes: 0 }, [rest]);
    },
    streamCount: (state) => counted(form, state),
  };
}

function counted(form: StreamForm, state: StreamState): StreamState {
  if (state.uncounted === "") return state;
  let { counted, finished } = state;
  for (const { name, data } of form.framing.eventsIn(state.uncounted)) {
    const event = parsed(data);
    if (event === null) continue;
    const more = form.count(counted, event, name);
    counted = more.counted;
    finished += more.finished;
  }
  return { ...state, uncounted: "", counted, finished };
}

function hold(state: StreamState, chunk: Bytes): StreamStep {
  const pendingBytes = state.pendingBytes + chunk.length;
  if (pendingBytes > MAX_EVENT_BYTES) {
    const message = `One event of the provider's stream has more than ${MAX_EVENT_BYTES} bytes.`;
    return [state, [failed({
      failure: failure("upstream_response_too_large", message),
      errorClass: "malformed",
      tryNext: false,
    })]];
  }
  // Small parts are joined, so that the last part always shows whether its end was half a mark.
  const last = state.pending.at(-1);
  const pending = last !== undefined && last.length < SMALL_BYTES
    ? [...state.pending.slice(0, -1), concatenated([last], chunk)]
    : [...state.pending, chunk];
  return [{ ...state, pending, pendingBytes }, NO_OUTPUT];
}

function takeEvents(form: StreamForm, before: StreamState, units: readonly Bytes[]): StreamStep {
  let state = before;
  const outputs: StreamOutput[] = [];
  for (const bytes of units) {
    const text = form.framing.textOf(bytes);
    const events = form.framing.eventsIn(text);
    if (events.length === 0) {
      pass(outputs, bytes);
      continue;
    }
    let output: "bytes" | "usage" | "done" = "bytes";
    let usageEvent: JsonObject = {};
    let ends = false;
    for (const { name, data } of events) {
      if (data === form.endMark) {
        state = { ...state, done: true };
        output = "done";
        continue;
      }
      const event = parsed(data);
      const reading = event === null ? NOT_JSON : form.read(event, name, state);
      if (reading.failure !== undefined) {
        outputs.push(failed(reading.failure));
        return [{ ...state, failed: true, pending: [], pendingBytes: 0 }, outputs];
      }
      state = taken(state, reading);
      if (reading.onlyUsage === true && event !== null) {
        output = "usage";
        usageEvent = event;
        ends = reading.ends === true;
      } else if (reading.ends === true) output = "done";
    }
    if (output !== "done" || state.started) {
      state = countedIfLong(form, { ...state, uncounted: state.uncounted + text });
    }
    if (output === "usage") outputs.push({ kind: "usage", bytes, event: usageEvent, ends });
    else if (output === "done") outputs.push({ kind: "done", bytes });
    else pass(outputs, bytes);
  }
  return [state, outputs];
}

const NOT_JSON: EventReading = {
  failure: upstreamFailure("malformed", "The provider's stream is not valid JSON."),
};

function taken(state: StreamState, reading: EventReading): StreamState {
  return {
    ...state,
    started: true,
    done: state.done || reading.ends === true,
    usage: reading.usage === undefined ? state.usage : reading.usage,
    raw: reading.raw ?? state.raw,
    costNanoUsd: reading.costNanoUsd ?? state.costNanoUsd,
    memory: reading.memory === undefined ? state.memory : reading.memory,
  };
}

/** Adds bytes to be passed on; what lies side by side in memory goes out as one chunk. */
function pass(outputs: StreamOutput[], bytes: Bytes): void {
  const last = outputs.at(-1);
  if (
    last?.kind === "bytes" && last.bytes.buffer === bytes.buffer &&
    last.bytes.byteOffset + last.bytes.length === bytes.byteOffset
  ) {
    const length = last.bytes.length + bytes.length;
    const joined = new Uint8Array(bytes.buffer, last.bytes.byteOffset, length);
    outputs[outputs.length - 1] = { kind: "bytes", bytes: joined };
  } else {
    outputs.push({ kind: "bytes", bytes });
  }
}

function countedIfLong(form: StreamForm, state: StreamState): StreamState {
  return state.uncounted.length > MAX_UNCOUNTED_LENGTH ? counted(form, state) : state;
}

/**
 * Whether a member of this quoted name has another value than null. Inside a JSON text quotes are
 * escaped, so the name is not found inside of a string.
 */
export function hasMember(text: string, name: string): boolean {
  for (let at = text.indexOf(name); at !== -1; at = text.indexOf(name, at + 1)) {
    let next = at + name.length;
    while (text[next] === " " || text[next] === ":") next += 1;
    if (text[next] !== "n") return true;
  }
  return false;
}

function parsed(data: string): JsonObject | null {
  try {
    const value: unknown = JSON.parse(data);
    return typeof value === "object" && value !== null && !Array.isArray(value)
      ? value as JsonObject
      : null;
  } catch {
    return null;
  }
}

function failed(upstream: UpstreamFailure): StreamOutput {
  return { kind: "failure", failure: upstream };
}
