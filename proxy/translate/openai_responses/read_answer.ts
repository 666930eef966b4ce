/** From responses, whole and streamed, to the answer in them. @module */
import type { JsonObject } from "../../../shared/json.ts";
import type { Answer, AnswerPart, Delta, Stop } from "../answer.ts";
import { objectOf, objectsOf, parsedObject, textOf } from "../json.ts";
import type { StreamReader } from "../wire.ts";
import { readSeal } from "./sealed.ts";

/** See Wire. */
export function readResponsesAnswer(answer: JsonObject): Answer {
  const parts = objectsOf(answer.output).flatMap(partsOf);
  return {
    id: textOf(answer.id),
    model: textOf(answer.model),
    parts,
    stop: stopOf(answer, parts.some(({ kind }) => kind === "call")),
    stopSequence: null,
  };
}

function partsOf(item: JsonObject): AnswerPart[] {
  switch (item.type) {
    case "message":
      return objectsOf(item.content).map((each) => ({
        kind: "text",
        text: textOf(each.text) ?? textOf(each.refusal) ?? "",
      }));
    case "function_call": {
      const json = textOf(item.arguments) ?? "{}";
      return [{
        kind: "call",
        id: textOf(item.call_id) ?? textOf(item.id) ?? "",
        name: textOf(item.name) ?? "",
        args: parsedObject(json) ?? { arguments: json },
      }];
    }
    case "reasoning": {
      const text = thoughtIn(item);
      const seal = textOf(item.encrypted_content);
      if (text === "") return seal === null ? [] : [{ kind: "sealed", data: readSeal(seal) }];
      return [{
        kind: "reasoning",
        text,
        ...(seal === null ? {} : { signature: readSeal(seal) }),
      }];
    }
    default:
      // What the provider's own tools leave behind.
      return [];
  }
}

function thoughtIn(item: JsonObject): string {
  const summary = objectsOf(item.summary);
  const thoughts = summary.length > 0 ? summary : objectsOf(item.content);
  return thoughts.map(({ text }) => textOf(text) ?? "").join("\n\n");
}

function stopOf(response: JsonObject, calls: boolean): Stop {
  const reason = objectOf(response.incomplete_details)?.reason;
  if (reason === "max_output_tokens") return "length";
  if (reason === "content_filter") return "filtered";
  return calls ? "calls" : response.status === "incomplete" ? "other" : "end";
}

/** Where a stream stands. */
interface ResponsesReading {
  /** The output item of each call, by its key. */
  readonly calls: readonly (number | null)[];
  /** Calls whose arguments have begun to come. */
  readonly begun: readonly number[];
  /** Whether the open thought has said anything. */
  readonly thought: boolean;
}

type Step = readonly [ResponsesReading, readonly Delta[]];

/** See Wire. */
export const responsesReads: StreamReader<ResponsesReading> = {
  start: { calls: [], begun: [], thought: false },
  step(state, event): Step {
    const text = textOf(event.delta);
    switch (event.type) {
      case "response.created": {
        const response = objectOf(event.response);
        return [state, [{
          kind: "begin",
          id: textOf(response?.id),
          model: textOf(response?.model),
        }]];
      }
      case "response.output_text.delta":
      case "response.refusal.delta":
        return [state, text === null ? [] : [{ kind: "text", text }]];
      case "response.reasoning_summary_text.delta":
      case "response.reasoning_text.delta":
        return [{ ...state, thought: true }, text === null ? [] : [{ kind: "reasoning", text }]];
      case "response.reasoning_summary_part.added":
        return [state, state.thought ? [{ kind: "reasoning", text: "\n\n" }] : []];
      case "response.output_item.added":
        return itemAdded(state, objectOf(event.item) ?? {}, event.output_index);
      case "response.function_call_arguments.delta": {
        const key = state.calls.indexOf(indexOf(event.output_index));
        if (key === -1 || text === null) return [state, []];
        return [{ ...state, begun: [...state.begun, key] }, [{
          kind: "arguments",
          key,
          json: text,
        }]];
      }
      case "response.output_item.done":
        return itemDone(state, objectOf(event.item) ?? {}, event.output_index);
      case "response.completed":
      case "response.incomplete": {
        const stop = stopOf(objectOf(event.response) ?? {}, state.calls.length > 0);
        return [state, [{ kind: "stop", stop, sequence: null }]];
      }
      case "keepalive":
        return [state, [{ kind: "alive" }]];
      default:
        return [state, []];
    }
  },
};

function indexOf(value: unknown): number | null {
  return typeof value === "number" ? value : null;
}

function itemAdded(state: ResponsesReading, item: JsonObject, index: unknown): Step {
  if (item.type === "reasoning") return [{ ...state, thought: false }, []];
  if (item.type !== "function_call") return [state, []];
  const key = state.calls.length;
  return [{ ...state, calls: [...state.calls, indexOf(index)] }, [{
    kind: "call",
    key,
    id: textOf(item.call_id) ?? textOf(item.id) ?? `call_${key}`,
    name: textOf(item.name) ?? "",
  }]];
}

/** What only the whole item says: arguments that did not come in pieces, and the seal of a thought. */
function itemDone(state: ResponsesReading, item: JsonObject, index: unknown): Step {
  const seal = textOf(item.encrypted_content);
  if (item.type === "reasoning" && seal !== null) {
    const data = readSeal(seal);
    return [state, [
      state.thought ? { kind: "signature", signature: data } : { kind: "sealed", data },
    ]];
  }
  const key = state.calls.indexOf(indexOf(index));
  if (item.type !== "function_call" || key === -1 || state.begun.includes(key)) return [state, []];
  return [state, [{ kind: "arguments", key, json: textOf(item.arguments) ?? "{}" }]];
}
