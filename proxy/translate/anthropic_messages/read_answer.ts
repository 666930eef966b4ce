/** From messages, whole and streamed, to the answer in them. @module */
import type { JsonObject } from "../../../shared/json.ts";
import type { Answer, AnswerPart, Delta, Stop } from "../answer.ts";
import { objectOf, objectsOf, textOf } from "../json.ts";
import type { StreamReader } from "../wire.ts";
import { readSignature } from "./signature.ts";

/** See Wire. */
export function readMessagesAnswer(answer: JsonObject): Answer {
  return {
    id: textOf(answer.id),
    model: textOf(answer.model),
    parts: objectsOf(answer.content).flatMap(partsOf),
    stop: stopOf(answer.stop_reason),
    stopSequence: textOf(answer.stop_sequence),
  };
}

function partsOf(block: JsonObject): AnswerPart[] {
  switch (block.type) {
    case "text":
      return [{ kind: "text", text: textOf(block.text) ?? "" }];
    case "tool_use":
      return [{
        kind: "call",
        id: textOf(block.id) ?? "",
        name: textOf(block.name) ?? "",
        args: objectOf(block.input) ?? {},
      }];
    case "thinking": {
      const signature = textOf(block.signature);
      return [{
        kind: "reasoning",
        text: textOf(block.thinking) ?? "",
        ...(signature === null ? {} : { signature: readSignature(signature) }),
      }];
    }
    case "redacted_thinking":
      return [{ kind: "sealed", data: readSignature(textOf(block.data) ?? "") }];
    default:
      // What the provider's own tools leave behind; the text says what came of it.
      return [];
  }
}

const STOPS: Readonly<Record<string, Stop>> = {
  end_turn: "end",
  stop_sequence: "stop_sequence",
  max_tokens: "length",
  model_context_window_exceeded: "length",
  tool_use: "calls",
  refusal: "refused",
};

function stopOf(reason: unknown): Stop | null {
  const text = textOf(reason);
  return text === null ? null : STOPS[text] ?? "other";
}

/** Where a stream stands. */
interface MessagesReading {
  /** The call whose block is open; `silent` while it has no arguments. */
  readonly call: { readonly key: number; readonly silent: boolean } | null;
  readonly calls: number;
}

type Step = readonly [MessagesReading, readonly Delta[]];

/** See Wire. */
export const messagesReads: StreamReader<MessagesReading> = {
  start: { call: null, calls: 0 },
  step(state, event): Step {
    switch (event.type) {
      case "message_start": {
        const message = objectOf(event.message);
        return [state, [{
          kind: "begin",
          id: textOf(message?.id),
          model: textOf(message?.model),
        }]];
      }
      case "content_block_start":
        return blockStarted(state, objectOf(event.content_block) ?? {});
      case "content_block_delta":
        return blockDelta(state, objectOf(event.delta) ?? {});
      case "content_block_stop": {
        const { call } = state;
        return [
          { ...state, call: null },
          call?.silent === true
            // A call without arguments is still one with an object.
            ? [{ kind: "arguments", key: call.key, json: "{}" }]
            : [],
        ];
      }
      case "message_delta": {
        const delta = objectOf(event.delta);
        const stop = stopOf(delta?.stop_reason);
        return [
          state,
          stop === null ? [] : [{
            kind: "stop",
            stop,
            sequence: textOf(delta?.stop_sequence),
          }],
        ];
      }
      case "ping":
        return [state, [{ kind: "alive" }]];
      default:
        return [state, []];
    }
  },
};

function blockStarted(state: MessagesReading, block: JsonObject): Step {
  if (block.type === "tool_use") {
    const key = state.calls;
    const input = objectOf(block.input) ?? {};
    const whole = Object.keys(input).length > 0;
    const deltas: Delta[] = [{
      kind: "call",
      key,
      id: textOf(block.id) ?? `call_${key}`,
      name: textOf(block.name) ?? "",
    }];
    if (whole) deltas.push({ kind: "arguments", key, json: JSON.stringify(input) });
    return [{ call: { key, silent: !whole }, calls: key + 1 }, deltas];
  }
  const text = textOf(block.text);
  if (block.type === "text" && text !== null) return [state, [{ kind: "text", text }]];
  const data = textOf(block.data);
  if (block.type === "redacted_thinking" && data !== null) {
    return [state, [{ kind: "sealed", data: readSignature(data) }]];
  }
  const thinking = textOf(block.thinking);
  if (block.type === "thinking" && thinking !== null) {
    return [state, [{ kind: "reasoning", text: thinking }]];
  }
  return [state, []];
}

function blockDelta(state: MessagesReading, delta: JsonObject): Step {
  const text = textOf(delta.text);
  if (delta.type === "text_delta" && text !== null) return [state, [{ kind: "text", text }]];
  const thinking = textOf(delta.thinking);
  if (delta.type === "thinking_delta" && thinking !== null) {
    return [state, [{ kind: "reasoning", text: thinking }]];
  }
  const signature = textOf(delta.signature);
  if (delta.type === "signature_delta" && signature !== null) {
    return [state, [{ kind: "signature", signature: readSignature(signature) }]];
  }
  const json = textOf(delta.partial_json);
  if (delta.type === "input_json_delta" && json !== null && state.call !== null) {
    const { key } = state.call;
    return [{ ...state, call: { key, silent: false } }, [{ kind: "arguments", key, json }]];
  }
  return [state, []];
}
