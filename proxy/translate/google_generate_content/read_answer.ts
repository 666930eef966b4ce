/** From generated content, whole and streamed, to the answer in it. @module */
import type { JsonObject } from "../../../shared/json.ts";
import type { Answer, AnswerPart, Delta, Stop } from "../answer.ts";
import type { FilePart, Signature } from "../conversation.ts";
import { objectOf, objectsOf, textOf } from "../json.ts";
import { sortOf } from "../media.ts";
import type { StreamReader } from "../wire.ts";
import { camelCased } from "./camel.ts";
import { withPartialArgs } from "./partial_args.ts";

/** See Wire. Of several candidates the first one counts: one was asked for. */
export function readGenerateAnswer(answer: JsonObject): Answer {
  const id = textOf(answer.responseId);
  const [candidate] = objectsOf(answer.candidates);
  const parts: AnswerPart[] = [];
  let calls = 0;
  for (const part of partsIn(candidate)) {
    const signature = signatureIn(part);
    const signed = signature === null ? {} : { signature };
    const called = objectOf(part.functionCall);
    const file = fileIn(part);
    if (called !== null) {
      parts.push({ ...callOf(called, id, calls), args: objectOf(called.args) ?? {}, ...signed });
      calls += 1;
    } else if (file !== null) parts.push(file);
    else if (typeof part.text === "string") {
      const kind = part.thought === true ? "reasoning" : "text";
      const last = parts.at(-1);
      // Parts go on with what the ones before began.
      if (last?.kind === kind && last.signature === undefined) {
        parts[parts.length - 1] = { kind, text: last.text + part.text, ...signed };
      } else if (part.text !== "" || signature !== null) {
        parts.push({ kind, text: part.text, ...signed });
      }
    }
  }
  return {
    id,
    model: textOf(answer.modelVersion),
    parts,
    stop: stopOf(answer, candidate, calls > 0),
    stopSequence: null,
  };
}

function partsIn(candidate: JsonObject | undefined): JsonObject[] {
  return objectsOf(objectOf(candidate?.content)?.parts).map(camelCased);
}

function signatureIn(part: JsonObject): Signature | null {
  const value = textOf(part.thoughtSignature);
  return value === null ? null : { by: "google", value };
}

/** Where the provider gives a call no id, the answer's own makes it one that no other call has. */
function callOf(called: JsonObject, answerId: string | null, key: number) {
  const id = textOf(called.id) ?? (answerId === null ? `call_${key}` : `call_${answerId}_${key}`);
  return { kind: "call" as const, id, name: textOf(called.name) ?? "" };
}

function fileIn(part: JsonObject): FilePart | null {
  const data = objectOf(part.inlineData);
  const mediaType = textOf(data?.mimeType) ?? "";
  const base64 = textOf(data?.data);
  if (base64 === null) return null;
  return {
    kind: "file",
    sort: sortOf(mediaType) ?? "document",
    source: { kind: "data", mediaType, base64 },
  };
}

const STOPS: Readonly<Record<string, Stop>> = {
  STOP: "end",
  MAX_TOKENS: "length",
  SAFETY: "filtered",
  RECITATION: "filtered",
  BLOCKLIST: "filtered",
  PROHIBITED_CONTENT: "filtered",
  SPII: "filtered",
  IMAGE_SAFETY: "filtered",
  IMAGE_PROHIBITED_CONTENT: "filtered",
  IMAGE_RECITATION: "filtered",
};

/** A prompt that was blocked has no candidates, and says why beside them. */
function stopOf(
  answer: JsonObject,
  candidate: JsonObject | undefined,
  calls: boolean,
): Stop | null {
  const reason = candidate?.finishReason;
  if (reason === undefined || reason === null) {
    return objectOf(answer.promptFeedback)?.blockReason == null ? null : "filtered";
  }
  // Protocol buffers may be written with their numbers; 1 is STOP.
  const stop = reason === 1 ? "end" : STOPS[String(reason)] ?? "other";
  return stop === "end" && calls ? "calls" : stop;
}

/** Where a stream stands. */
interface GenerateReading {
  readonly begun: boolean;
  readonly id: string | null;
  readonly calls: number;
  /** The arguments so far of a call that comes in pieces; null when none is open. */
  readonly open: JsonObject | null;
  readonly stopped: boolean;
}

/** See Wire. */
export const generateReads: StreamReader<GenerateReading> = {
  start: { begun: false, id: null, calls: 0, open: null, stopped: false },
  step(before, event) {
    const deltas: Delta[] = [];
    let state = before;
    if (!state.begun) {
      const id = textOf(event.responseId);
      deltas.push({ kind: "begin", id, model: textOf(event.modelVersion) });
      state = { ...state, begun: true, id };
    }
    const [candidate] = objectsOf(event.candidates);
    for (const part of partsIn(candidate)) {
      const signature = signatureIn(part);
      const called = objectOf(part.functionCall);
      if (called !== null) {
        state = stepCall(state, called, signature, deltas);
        continue;
      }
      const file = fileIn(part);
      if (file !== null) deltas.push({ kind: "file", file });
      const text = textOf(part.text);
      if (text !== null) deltas.push({ kind: part.thought === true ? "reasoning" : "text", text });
      if (signature !== null) deltas.push({ kind: "signature", signature });
    }
    const stop = stopOf(event, candidate, state.calls > 0);
    if (stop !== null && state.open !== null) {
      deltas.push(argumentsOf(state.calls - 1, state.open));
      state = { ...state, open: null };
    }
    if (stop !== null && !state.stopped) {
      deltas.push({ kind: "stop", stop, sequence: null });
      state = { ...state, stopped: true };
    }
    return [state, deltas];
  },
};

/** A call comes whole, or opens with its name and goes on until one piece does not say so. */
function stepCall(
  before: GenerateReading,
  called: JsonObject,
  signature: Signature | null,
  deltas: Delta[],
): GenerateReading {
  const opens = textOf(called.name) !== null || before.open === null;
  let state = before;
  if (opens) {
    const key = state.calls;
    if (state.open !== null) deltas.push(argumentsOf(key - 1, state.open));
    const signed = signature === null ? {} : { signature };
    deltas.push({ ...callOf(called, state.id, key), key, ...signed });
    state = { ...state, calls: key + 1, open: objectOf(called.args) ?? {} };
  }
  const args = withPartialArgs(state.open ?? {}, called.partialArgs);
  if (called.willContinue === true) return { ...state, open: args };
  deltas.push(argumentsOf(state.calls - 1, args));
  return { ...state, open: null };
}

function argumentsOf(key: number, args: JsonObject): Delta {
  return { kind: "arguments", key, json: JSON.stringify(args) };
}
