/** From an answer to chat completions, whole and streamed. @module */
import type { JsonObject } from "../../../shared/json.ts";
import type { Usage } from "../../../shared/usage/mod.ts";
import type { Answer, AnswerPart, Delta, Stop } from "../answer.ts";
import type { CallPart, ReasoningPart, SealedPart } from "../conversation.ts";
import { urlOf } from "../media.ts";
import type { AnswerContext, StreamWriter, Written } from "../wire.ts";
import { reasoningDetail } from "./reasoning_details.ts";
import { chatUsage } from "./usage.ts";

const REASONS: Readonly<Record<Stop, string>> = {
  end: "stop",
  stop_sequence: "stop",
  length: "length",
  calls: "tool_calls",
  filtered: "content_filter",
  refused: "content_filter",
  other: "stop",
};

/** See Wire. */
export function writeChatAnswer(
  answer: Answer,
  usage: Usage | null,
  { model, createdS }: AnswerContext,
): JsonObject {
  const report = chatUsage(usage);
  return {
    id: answer.id ?? `chatcmpl-${createdS}`,
    object: "chat.completion",
    created: createdS,
    model: answer.model ?? model,
    choices: [{
      index: 0,
      message: messageOf(answer.parts),
      logprobs: null,
      finish_reason: REASONS[answer.stop ?? "end"],
    }],
    ...(report === null ? {} : { usage: report }),
  };
}

function messageOf(parts: readonly AnswerPart[]): JsonObject {
  const of = <Kind extends AnswerPart["kind"]>(kind: Kind) =>
    parts.filter((part): part is Extract<AnswerPart, { kind: Kind }> => part.kind === kind);
  const thoughts = detailsOf(parts);
  const reasoning = of("reasoning").map(({ text }) => text).join("");
  const calls = of("call");
  const images = of("file").map(({ source }) => imageOf(urlOf(source)));
  const texts = of("text");
  return {
    role: "assistant",
    content: texts.length === 0 ? null : texts.map(({ text }) => text).join(""),
    refusal: null,
    ...(reasoning === "" ? {} : { reasoning_content: reasoning }),
    ...(thoughts.length === 0 ? {} : { reasoning_details: thoughts.map(reasoningDetail) }),
    ...(images.length === 0 ? {} : { images }),
    ...(calls.length === 0 ? {} : {
      tool_calls: calls.map(({ args, ...call }) => ({
        ...callOf(call),
        function: { name: call.name, arguments: JSON.stringify(args) },
      })),
    }),
  };
}

/** What of the thoughts needs more than plain text; a signed text counts, a signed call does not. */
function detailsOf(parts: readonly AnswerPart[]): (ReasoningPart | SealedPart)[] {
  const thoughts = parts.flatMap((part): (ReasoningPart | SealedPart)[] =>
    part.kind === "reasoning" || part.kind === "sealed"
      ? [part]
      : part.kind === "text" && part.signature !== undefined
      ? [{ kind: "sealed", data: part.signature }]
      : []
  );
  return thoughts.some((part) => part.kind === "sealed" || part.signature !== undefined)
    ? thoughts
    : [];
}

function callOf({ id, signature }: Pick<CallPart, "id" | "signature">): JsonObject {
  return {
    id,
    type: "function",
    ...(signature?.by === "google"
      ? { extra_content: { google: { thought_signature: signature.value } } }
      : {}),
  };
}

function imageOf(url: string): JsonObject {
  return { type: "image_url", image_url: { url } };
}

/** Where a stream stands. */
interface ChatWriting extends AnswerContext {
  readonly id: string;
  readonly begun: boolean;
  readonly stopped: boolean;
  /** How many signed or sealed thoughts were written. */
  readonly details: number;
}

/** See Wire. */
export const chatWrites: StreamWriter<ChatWriting> = {
  start: (context) => ({
    ...context,
    id: `chatcmpl-${context.createdS}`,
    begun: false,
    stopped: false,
    details: 0,
  }),
  step(before, delta) {
    if (delta.kind === "alive") return [before, ": alive\n\n"];
    if (delta.kind === "begin") {
      return opened({ ...before, id: delta.id ?? before.id, model: delta.model ?? before.model });
    }
    const [state, opening] = before.begun ? [before, ""] : opened(before);
    if (delta.kind === "stop") {
      return [{ ...state, stopped: true }, opening + chunk(state, {}, REASONS[delta.stop])];
    }
    const details = state.details +
      (delta.kind === "signature" || delta.kind === "sealed" ? 1 : 0);
    return [{ ...state, details }, opening + chunk(state, membersOf(delta, state.details), null)];
  },
  end(state, usage) {
    const report = chatUsage(usage);
    const event = { ...headOf(state), choices: [], usage: report };
    return {
      rest: state.stopped ? "" : chunk(state, {}, "stop"),
      usage: report === null ? null : { event, text: `data: ${JSON.stringify(event)}\n\n` },
      mark: "data: [DONE]\n\n",
    };
  },
};

function opened(state: ChatWriting): Written<ChatWriting> {
  return [{ ...state, begun: true }, chunk(state, { role: "assistant", content: "" }, null)];
}

function membersOf(
  delta: Exclude<Delta, { kind: "alive" | "begin" | "stop" }>,
  index: number,
): JsonObject {
  switch (delta.kind) {
    case "text":
      return { content: delta.text };
    case "reasoning":
      return { reasoning_content: delta.text };
    case "signature":
      return {
        reasoning_details: [
          reasoningDetail({ kind: "reasoning", text: "", signature: delta.signature }, index),
        ],
      };
    case "sealed":
      return { reasoning_details: [reasoningDetail(delta, index)] };
    case "file":
      return { images: [imageOf(urlOf(delta.file.source))] };
    case "call":
      return {
        tool_calls: [{
          index: delta.key,
          ...callOf(delta),
          function: { name: delta.name, arguments: "" },
        }],
      };
    case "arguments":
      return { tool_calls: [{ index: delta.key, function: { arguments: delta.json } }] };
    default:
      throw delta satisfies never;
  }
}

function headOf({ id, createdS, model }: ChatWriting): JsonObject {
  return { id, object: "chat.completion.chunk", created: createdS, model };
}

function chunk(state: ChatWriting, delta: JsonObject, reason: string | null): string {
  const choices = [{ index: 0, delta, logprobs: null, finish_reason: reason }];
  return `data: ${JSON.stringify({ ...headOf(state), choices })}\n\n`;
}
