/** Observing a stream of server-sent events without touching what needs no touching. @module */
import { failure } from "../../../shared/errors.ts";
import type { JsonObject } from "../../../shared/json.ts";
import type { StreamOutput, StreamState, UpstreamFailure } from "../adapter.ts";
import { concatenated, eventsOf, lastEventEnd, payloadOf } from "./events.ts";
import { classifyErrorMember } from "./failure.ts";
import { countChoices, NOTHING_COUNTED } from "./text.ts";
import { mergeUsage, usageOf } from "./usage.ts";

type Bytes = Uint8Array<ArrayBuffer>;
type Step = readonly [StreamState, readonly StreamOutput[]];

const MAX_EVENT_BYTES = 8_000_000;
const SMALL_BYTES = 4_096;
const MAX_UNCOUNTED_LENGTH = 65_536;
const NO_OUTPUT: readonly StreamOutput[] = [];
const decoder = new TextDecoder();

/** See Adapter.streamStart. */
export function startStream(): StreamState {
  return {
    pending: [],
    pendingBytes: 0,
    started: false,
    done: false,
    usage: null,
    uncounted: "",
    counted: NOTHING_COUNTED,
    finished: 0,
  };
}

/**
 * See Adapter.streamStep. Bytes come out in whole events only, so that an event can be held back.
 * Most chunks are one whole event without usage, error or end: they pass after a few searches, and
 * their text is parsed and counted only when nobody reports usage.
 */
export function stepStream(state: StreamState, chunk: Bytes): Step {
  const end = lastEventEnd(state.pending.at(-1), chunk);
  if (end === 0) return hold(state, chunk);
  const whole = concatenated(state.pending, chunk.subarray(0, end));
  const rest = chunk.subarray(end);
  const text = decoder.decode(whole);
  const next = {
    ...state,
    pending: rest.length === 0 ? [] : [rest],
    pendingBytes: rest.length,
  };
  if (!state.started || !isOneEvent(text) || isNotable(text)) {
    return takeEvents(next, eventsOf(whole));
  }
  return [uncounted(next, text), [{ kind: "bytes", bytes: whole }]];
}

/** See Adapter.streamEnd: an event without its closing blank line counts as one. */
export function endStream(state: StreamState): Step {
  if (state.pendingBytes === 0) return [state, NO_OUTPUT];
  return takeEvents(
    { ...state, pending: [], pendingBytes: 0 },
    [concatenated(state.pending, new Uint8Array(0))],
  );
}

/** See Adapter.streamCount. */
export function countStream(state: StreamState): StreamState {
  if (state.uncounted === "") return state;
  let { counted, finished } = state;
  for (const event of state.uncounted.split(/\r?\n\r?\n/)) {
    const payload = parsed(payloadOf(event));
    if (payload === null || !Array.isArray(payload.choices)) continue;
    counted = countChoices(counted, payload.choices);
    for (const choice of payload.choices) {
      if (typeof choice?.finish_reason === "string") finished += 1;
    }
  }
  return { ...state, uncounted: "", counted, finished };
}

function hold(state: StreamState, chunk: Bytes): Step {
  const pendingBytes = state.pendingBytes + chunk.length;
  if (pendingBytes > MAX_EVENT_BYTES) {
    const message = `One event of the provider's stream has more than ${MAX_EVENT_BYTES} bytes.`;
    return [state, [failed({
      failure: failure("upstream_response_too_large", message),
      tryNext: false,
    })]];
  }
  // Small parts are joined, so that the last part always shows whether its end was half a blank line.
  const last = state.pending.at(-1);
  const pending = last !== undefined && last.length < SMALL_BYTES
    ? [...state.pending.slice(0, -1), concatenated([last], chunk)]
    : [...state.pending, chunk];
  return [{ ...state, pending, pendingBytes }, NO_OUTPUT];
}

function takeEvents(before: StreamState, events: readonly Bytes[]): Step {
  let state = before;
  const outputs: StreamOutput[] = [];
  for (const bytes of events) {
    const text = decoder.decode(bytes);
    const payload = payloadOf(text);
    if (payload === null || payload === "") {
      pass(outputs, bytes);
      continue;
    }
    if (payload === "[DONE]") {
      state = { ...state, done: true };
      outputs.push({ kind: "done", bytes });
      continue;
    }
    const event = parsed(payload);
    if (event === null) {
      outputs.push(failed({
        failure: failure("upstream_invalid_response", "The provider's stream is not valid JSON."),
        tryNext: true,
      }));
      return [state, outputs];
    }
    if (event.error !== undefined && event.error !== null) {
      outputs.push(failed(classifyErrorMember(event.error)));
      return [state, outputs];
    }
    const usage = usageIn(event);
    state = uncounted({ ...state, started: true, usage: mergeUsage(state.usage, usage) }, text);
    const onlyUsage = usage !== null && Array.isArray(event.choices) && event.choices.length === 0;
    if (onlyUsage) outputs.push({ kind: "usage", bytes, event });
    else pass(outputs, bytes);
  }
  return [state, outputs];
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

function usageIn(event: JsonObject) {
  const groq = event.x_groq;
  return usageOf(event.usage) ??
    usageOf(typeof groq === "object" && groq !== null ? (groq as JsonObject).usage : null);
}

function uncounted(state: StreamState, text: string): StreamState {
  const next = { ...state, uncounted: state.uncounted + text };
  return next.uncounted.length > MAX_UNCOUNTED_LENGTH ? countStream(next) : next;
}

/** Whether the text is one event with an object in one line, by its two ends. */
function isOneEvent(text: string): boolean {
  return text.startsWith("data: {") && text.endsWith("}\n\n") &&
    text.indexOf("\n") === text.length - 2;
}

/** Whether some event may say usage, an error, or the end. Inside a JSON text quotes are escaped. */
function isNotable(text: string): boolean {
  return text.includes("[DONE]") || hasMember(text, '"usage"') || hasMember(text, '"error"');
}

/** Whether a member of this quoted name has another value than null. */
function hasMember(text: string, name: string): boolean {
  for (let at = text.indexOf(name); at !== -1; at = text.indexOf(name, at + 1)) {
    let next = at + name.length;
    while (text[next] === " " || text[next] === ":") next += 1;
    if (text[next] !== "n") return true;
  }
  return false;
}

function parsed(payload: string | null): JsonObject | null {
  if (payload === null) return null;
  try {
    const value: unknown = JSON.parse(payload);
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
