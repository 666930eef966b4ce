/** From an answer to messages, whole and streamed. @module */
import type { JsonObject, JsonValue } from "../../../shared/json.ts";
import type { Usage } from "../../../shared/usage/mod.ts";
import type { Answer, AnswerPart, Delta, Stop } from "../answer.ts";
import type { FilePart } from "../conversation.ts";
import { urlOf } from "../media.ts";
import type { AnswerContext, StreamWriter } from "../wire.ts";
import { writtenSignature } from "./signature.ts";
import { messagesUsage } from "./usage.ts";

const REASONS: Readonly<Record<Stop, string>> = {
  end: "end_turn",
  stop_sequence: "stop_sequence",
  length: "max_tokens",
  calls: "tool_use",
  filtered: "refusal",
  refused: "refusal",
  other: "end_turn",
};

/** See Wire. */
export function writeMessagesAnswer(
  answer: Answer,
  usage: Usage | null,
  { model, createdS }: AnswerContext,
): JsonObject {
  return {
    ...headOf(answer.id ?? `msg_${createdS}`, answer.model ?? model),
    content: answer.parts.flatMap(blocksOf),
    stop_reason: REASONS[answer.stop ?? "end"],
    stop_sequence: answer.stopSequence,
    usage: messagesUsage(usage),
  };
}

function headOf(id: string, model: string): JsonObject {
  return { id, type: "message", role: "assistant", model };
}

function blocksOf(part: AnswerPart): JsonObject[] {
  switch (part.kind) {
    case "text": {
      const sealed = part.signature === undefined
        ? []
        : [sealedBlock(writtenSignature(part.signature))];
      return [{ type: "text", text: part.text, citations: null }, ...sealed];
    }
    case "reasoning": {
      const signature = part.signature === undefined ? "" : writtenSignature(part.signature);
      return [{ type: "thinking", thinking: part.text, signature }];
    }
    case "sealed":
      return [sealedBlock(writtenSignature(part.data))];
    case "call": {
      // A signed call has no place for its signature: it stands before it.
      const sealed = part.signature === undefined
        ? []
        : [sealedBlock(writtenSignature(part.signature))];
      return [...sealed, { type: "tool_use", id: part.id, name: part.name, input: part.args }];
    }
    case "file":
      return [{ type: "text", text: shown(part), citations: null }];
    default:
      throw part satisfies never;
  }
}

function sealedBlock(data: string): JsonObject {
  return { type: "redacted_thinking", data };
}

/** A picture that a model made can be said in words only: as Markdown, with its data. */
function shown({ source }: FilePart): string {
  return `![](${urlOf(source)})`;
}

/** Where a stream stands. */
interface MessagesWriting extends AnswerContext {
  readonly id: string | null;
  readonly begun: boolean;
  /** The block that takes what comes next; null when none is open. */
  readonly open: { readonly index: number; readonly kind: "text" | "thinking" | "call" } | null;
  readonly blocks: number;
  /** The block of each call, by its key. */
  readonly calls: readonly number[];
  readonly stop: Stop | null;
  readonly sequence: string | null;
}

/** See Wire. */
export const messagesWrites: StreamWriter<MessagesWriting> = {
  start: (context) => ({
    ...context,
    id: null,
    begun: false,
    open: null,
    blocks: 0,
    calls: [],
    stop: null,
    sequence: null,
  }),
  step(before, delta) {
    const out: string[] = [];
    const write = (event: JsonObject) => out.push(eventText(event));
    let state = before;
    if (!state.begun && delta.kind !== "alive") {
      if (delta.kind === "begin") {
        state = { ...state, id: delta.id, model: delta.model ?? state.model };
      }
      state = { ...state, begun: true };
      write(started(state));
    }
    state = stepped(state, delta, write);
    return [state, out.join("")];
  },
  end(before, usage) {
    const out: string[] = [];
    const write = (event: JsonObject) => out.push(eventText(event));
    const state = closed(before, write);
    if (!before.begun) write(started(before));
    write({
      type: "message_delta",
      delta: { stop_reason: REASONS[state.stop ?? "end"], stop_sequence: state.sequence },
      usage: messagesUsage(usage),
    });
    return { rest: out.join(""), usage: null, mark: eventText({ type: "message_stop" }) };
  },
};

type Write = (event: JsonObject) => void;

function stepped(state: MessagesWriting, delta: Delta, write: Write): MessagesWriting {
  switch (delta.kind) {
    case "begin":
      return state;
    case "alive":
      write({ type: "ping" });
      return state;
    case "text":
      return grown(state, "text", { type: "text_delta", text: delta.text }, write);
    case "reasoning":
      return grown(state, "thinking", { type: "thinking_delta", thinking: delta.text }, write);
    case "signature": {
      const signature = writtenSignature(delta.signature);
      // What is signed is over; a text has no place for its signature.
      if (state.open?.kind === "text") return sealed(state, signature, write);
      const signed = grown(state, "thinking", { type: "signature_delta", signature }, write);
      return closed(signed, write);
    }
    case "sealed":
      return sealed(state, writtenSignature(delta.data), write);
    case "file":
      return grown(state, "text", { type: "text_delta", text: shown(delta.file) }, write);
    case "call": {
      const before = delta.signature === undefined
        ? state
        : sealed(state, writtenSignature(delta.signature), write);
      const { id, name } = delta;
      const next = opened(before, "call", { type: "tool_use", id, name, input: {} }, write);
      return { ...next, calls: [...next.calls, next.blocks - 1] };
    }
    case "arguments":
      write({
        type: "content_block_delta",
        index: state.calls[delta.key] ?? 0,
        delta: { type: "input_json_delta", partial_json: delta.json },
      });
      return state;
    case "stop":
      return { ...state, stop: delta.stop, sequence: delta.sequence };
    default:
      throw delta satisfies never;
  }
}

const EMPTY: Readonly<Record<"text" | "thinking", JsonObject>> = {
  text: { type: "text", text: "" },
  thinking: { type: "thinking", thinking: "", signature: "" },
};

/** Adds to the open block of this kind, which is opened when another one is open. */
function grown(
  state: MessagesWriting,
  kind: "text" | "thinking",
  delta: JsonObject,
  write: Write,
): MessagesWriting {
  const next = state.open?.kind === kind ? state : opened(state, kind, EMPTY[kind], write);
  write({ type: "content_block_delta", index: next.blocks - 1, delta });
  return next;
}

function sealed(state: MessagesWriting, data: string, write: Write): MessagesWriting {
  const next = opened(state, "thinking", sealedBlock(data), write);
  return closed(next, write);
}

function opened(
  before: MessagesWriting,
  kind: "text" | "thinking" | "call",
  block: JsonObject,
  write: Write,
): MessagesWriting {
  const state = closed(before, write);
  const index = state.blocks;
  write({ type: "content_block_start", index, content_block: block });
  return { ...state, open: { index, kind }, blocks: index + 1 };
}

function closed(state: MessagesWriting, write: Write): MessagesWriting {
  if (state.open === null) return state;
  write({ type: "content_block_stop", index: state.open.index });
  return { ...state, open: null };
}

/** What it says of usage holds the place of what comes at the end, as the protocol has it. */
function started({ id, model, createdS }: MessagesWriting): JsonObject {
  return {
    type: "message_start",
    message: {
      ...headOf(id ?? `msg_${createdS}`, model),
      content: [],
      stop_reason: null,
      stop_sequence: null,
      usage: { input_tokens: 0, output_tokens: 0 },
    },
  };
}

function eventText(event: { readonly type?: JsonValue } & JsonObject): string {
  return `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`;
}
