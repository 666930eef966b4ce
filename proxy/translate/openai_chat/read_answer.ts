/** From chat completions, whole and streamed, to the answer in them. @module */
import type { JsonObject } from "../../../shared/json.ts";
import type { Answer, AnswerPart, Delta, Stop } from "../answer.ts";
import { objectOf, objectsOf, parsedObject, textOf } from "../json.ts";
import type { StreamReader } from "../wire.ts";
import { signerOf } from "./reasoning_details.ts";

/** See Wire. Of several answers the first one counts: one was asked for. */
export function readChatAnswer(answer: JsonObject): Answer {
  const [choice] = objectsOf(answer.choices);
  const message = objectOf(choice?.message) ?? {};
  const parts: AnswerPart[] = [...thoughtsIn(message)];
  for (const text of textsIn(message)) parts.push({ kind: "text", text });
  for (const [index, call] of objectsOf(message.tool_calls).entries()) {
    const called = objectOf(call.function) ?? {};
    parts.push({
      kind: "call",
      id: textOf(call.id) ?? `call_${index}`,
      name: textOf(called.name) ?? "",
      args: argumentsOf(called.arguments),
      ...signatureOf(call),
    });
  }
  return {
    id: textOf(answer.id),
    model: textOf(answer.model),
    parts,
    stop: stopOf(choice?.finish_reason),
    stopSequence: null,
  };
}

/** Some servers give the arguments as an object; what is no JSON at all is kept as a text. */
function argumentsOf(given: unknown): JsonObject {
  if (typeof given !== "string") return objectOf(given) ?? {};
  if (given.trim() === "") return {};
  return parsedObject(given) ?? { arguments: given };
}

function signatureOf(call: JsonObject) {
  const value = textOf(objectOf(objectOf(call.extra_content)?.google)?.thought_signature);
  return value === null ? {} : { signature: { by: "google" as const, value } };
}

/** Whether a list of details has texts of its own, or only what stands beside them. */
function thoughtsIn(message: JsonObject): AnswerPart[] {
  const plain = plainThought(message);
  const details = objectsOf(message.reasoning_details);
  const signed = details.some(({ signature, data }) => textOf(signature ?? data) !== null);
  if (plain !== null && !signed) return [{ kind: "reasoning", text: plain }];
  return details.flatMap((detail): AnswerPart[] => {
    const by = signerOf(detail.format);
    const data = textOf(detail.data);
    if (data !== null) return [{ kind: "sealed", data: { by, value: data } }];
    const value = textOf(detail.signature);
    const text = textOf(detail.text) ?? textOf(detail.summary) ?? "";
    return [{ kind: "reasoning", text, ...(value === null ? {} : { signature: { by, value } }) }];
  });
}

/** The thought in whichever member a server puts it; where it has two names, it is said once. */
function plainThought(message: JsonObject): string | null {
  const inContent = objectsOf(message.content)
    .filter(({ type }) => type === "thinking")
    .flatMap(({ thinking }) => objectsOf(thinking).map(({ text }) => textOf(text) ?? ""));
  return textOf(message.reasoning_content) ?? textOf(message.reasoning) ??
    textOf(inContent.join(""));
}

/** The texts that are the answer itself; a refusal is one. */
function textsIn(message: JsonObject): string[] {
  const content = objectsOf(message.content);
  const texts = Array.isArray(message.content)
    ? content.filter(({ type }) => type !== "thinking").map(({ text }) => textOf(text))
    : typeof message.content === "object" && message.content !== null
    // Some servers give the object that a schema asked for, not its text.
    ? [JSON.stringify(message.content)]
    : [textOf(message.content)];
  return [...texts, textOf(message.refusal)].filter((text) => text !== null);
}

const STOPS: Readonly<Record<string, Stop>> = {
  stop: "end",
  eos: "end",
  eos_token: "end",
  end_turn: "end",
  stop_sequence: "stop_sequence",
  length: "length",
  max_tokens: "length",
  tool_calls: "calls",
  tool_call: "calls",
  function_call: "calls",
  content_filter: "filtered",
};

function stopOf(reason: unknown): Stop | null {
  const text = textOf(reason);
  return text === null ? null : STOPS[text] ?? "other";
}

interface OpenCall {
  readonly key: number;
  /** The place that the server gave it; null when it gave none. */
  readonly index: number | null;
  readonly id: string | null;
}

/** Where a stream stands. */
interface ChatReading {
  readonly begun: boolean;
  readonly calls: readonly OpenCall[];
  readonly stopped: boolean;
}

/** See Wire. */
export const chatReads: StreamReader<ChatReading> = {
  start: { begun: false, calls: [], stopped: false },
  step(before, event) {
    const deltas: Delta[] = [];
    let state = before;
    const choices = objectsOf(event.choices).filter(({ index }) => index === 0 || index == null);
    if (!state.begun && choices.length > 0) {
      deltas.push({ kind: "begin", id: textOf(event.id), model: textOf(event.model) });
      state = { ...state, begun: true };
    }
    for (const choice of choices) {
      const delta = objectOf(choice.delta) ?? objectOf(choice.message) ?? {};
      deltas.push(...thoughtDeltas(delta));
      for (const text of textsIn(delta)) deltas.push({ kind: "text", text });
      for (const call of objectsOf(delta.tool_calls)) state = stepCall(state, call, deltas);
      const stop = stopOf(choice.finish_reason);
      // Some servers say it twice, the second time with their usage.
      if (stop !== null && !state.stopped) {
        deltas.push({ kind: "stop", stop, sequence: null });
        state = { ...state, stopped: true };
      }
    }
    return [state, deltas];
  },
};

function thoughtDeltas(delta: JsonObject): Delta[] {
  const deltas: Delta[] = [];
  const plain = plainThought(delta);
  if (plain !== null) deltas.push({ kind: "reasoning", text: plain });
  for (const detail of objectsOf(delta.reasoning_details)) {
    const by = signerOf(detail.format);
    const text = textOf(detail.text) ?? textOf(detail.summary);
    if (plain === null && text !== null) deltas.push({ kind: "reasoning", text });
    const value = textOf(detail.signature);
    if (value !== null) deltas.push({ kind: "signature", signature: { by, value } });
    const data = textOf(detail.data);
    if (data !== null) deltas.push({ kind: "sealed", data: { by, value: data } });
  }
  return deltas;
}

/**
 * Most servers open a call with its id and name and then send its arguments under its index; some
 * send whole calls without any index, or all of them under the index 0.
 */
function stepCall(state: ChatReading, call: JsonObject, deltas: Delta[]): ChatReading {
  const called = objectOf(call.function) ?? {};
  const index = typeof call.index === "number" ? call.index : null;
  const id = textOf(call.id);
  const name = textOf(called.name);
  const known = state.calls.findLast((each) => index === null || each.index === index);
  const opens = known === undefined || name !== null && id !== null && known.id !== id ||
    index === null && name !== null && id === null;
  const key = opens ? state.calls.length : known.key;
  if (opens) {
    const named = { id: id ?? `call_${key}`, name: name ?? "" };
    deltas.push({ kind: "call", key, ...named, ...signatureOf(call) });
  }
  const json = typeof called.arguments === "string"
    ? called.arguments
    : objectOf(called.arguments) === null
    ? ""
    : JSON.stringify(called.arguments);
  if (json !== "") deltas.push({ kind: "arguments", key, json });
  return opens ? { ...state, calls: [...state.calls, { key, index, id }] } : state;
}
