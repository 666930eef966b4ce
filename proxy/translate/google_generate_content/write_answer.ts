/** From an answer to generated content, whole and streamed. @module */
import type { JsonObject } from "../../../shared/json.ts";
import type { Usage } from "../../../shared/usage/mod.ts";
import type { Answer, AnswerPart, Delta, Stop } from "../answer.ts";
import type { FilePart, Signature } from "../conversation.ts";
import { parsedObject } from "../json.ts";
import type { AnswerContext, StreamWriter, Written } from "../wire.ts";
import { generateUsage } from "./usage.ts";

const REASONS: Readonly<Record<Stop, string>> = {
  end: "STOP",
  stop_sequence: "STOP",
  calls: "STOP",
  length: "MAX_TOKENS",
  filtered: "SAFETY",
  refused: "SAFETY",
  other: "OTHER",
};

/** See Wire. */
export function writeGenerateAnswer(
  answer: Answer,
  usage: Usage | null,
  { model }: AnswerContext,
): JsonObject {
  return {
    candidates: [{
      content: { role: "model", parts: answer.parts.flatMap(partsOf) },
      finishReason: REASONS[answer.stop ?? "end"],
      index: 0,
    }],
    ...reported(usage),
    modelVersion: answer.model ?? model,
    ...(answer.id === null ? {} : { responseId: answer.id }),
  };
}

function reported(usage: Usage | null): JsonObject {
  const report = generateUsage(usage);
  return report === null ? {} : { usageMetadata: report };
}

function partsOf(part: AnswerPart): JsonObject[] {
  switch (part.kind) {
    case "text":
      return [{ text: part.text, ...signed(part.signature) }];
    case "reasoning":
      return [{ text: part.text, thought: true, ...signed(part.signature) }];
    case "sealed":
      return part.data.by === "google" ? [{ text: "", ...signed(part.data) }] : [];
    case "file":
      return [fileOf(part)];
    case "call": {
      const { id, name, args } = part;
      return [{ functionCall: { id, name, args }, ...signed(part.signature) }];
    }
    default:
      throw part satisfies never;
  }
}

/** A proof of another provider has no place here: it would be taken for Google's. */
function signed(signature: Signature | undefined): JsonObject {
  return signature?.by === "google" ? { thoughtSignature: signature.value } : {};
}

function fileOf({ source }: FilePart): JsonObject {
  return source.kind === "data"
    ? { inlineData: { mimeType: source.mediaType, data: source.base64 } }
    : { fileData: { fileUri: source.url } };
}

type OpenCall = Extract<Delta, { kind: "call" }> & { readonly json: string };

/** Where a stream stands. */
interface GenerateWriting extends AnswerContext {
  readonly id: string | null;
  readonly begun: boolean;
  /** A call is one part here, so calls wait until their arguments are surely complete. */
  readonly open: readonly OpenCall[];
  readonly stop: Stop | null;
}

/** See Wire. */
export const generateWrites: StreamWriter<GenerateWriting> = {
  start: (context) => ({ ...context, id: null, begun: false, open: [], stop: null }),
  step(state, delta) {
    switch (delta.kind) {
      case "begin":
        return [{ ...state, id: delta.id, model: delta.model ?? state.model }, ""];
      case "alive":
        return [state, state.asEvents ? ": alive\n\n" : ""];
      case "arguments": {
        const open = state.open.map((call) =>
          call.key === delta.key ? { ...call, json: call.json + delta.json } : call
        );
        return [{ ...state, open }, ""];
      }
      case "stop":
        return [{ ...state, stop: delta.stop }, ""];
      case "call":
        return [{ ...state, open: [...state.open, { ...delta, json: "" }] }, ""];
      case "signature": {
        const own = delta.signature.by === "google"
          ? partsOf({ kind: "text", text: "", signature: delta.signature })
          : [];
        return written({ ...state, open: [] }, [...waiting(state), ...own]);
      }
      case "sealed":
        return delta.data.by === "google"
          ? written({ ...state, open: [] }, [...waiting(state), ...partsOf(delta)])
          : [state, ""];
      case "text":
      case "reasoning":
        return written({ ...state, open: [] }, [...waiting(state), ...partsOf(delta)]);
      case "file":
        return written({ ...state, open: [] }, [...waiting(state), fileOf(delta.file)]);
      default:
        throw delta satisfies never;
    }
  },
  end(state, usage) {
    const candidate = { finishReason: REASONS[state.stop ?? "end"] };
    const [, rest] = framed(state, eventOf(state, waiting(state), candidate, reported(usage)));
    return { rest, usage: null, mark: state.asEvents ? "" : "]" };
  },
};

/** The calls that waited, as they have become. */
function waiting({ open }: GenerateWriting): JsonObject[] {
  return open.map(({ id, name, json, signature }) => {
    const args = json.trim() === "" ? {} : parsedObject(json) ?? { arguments: json };
    return { functionCall: { id, name, args }, ...signed(signature) };
  });
}

function written(state: GenerateWriting, parts: readonly JsonObject[]): Written<GenerateWriting> {
  return parts.length === 0 ? [state, ""] : framed(state, eventOf(state, parts, {}, {}));
}

function eventOf(
  { id, model }: GenerateWriting,
  parts: readonly JsonObject[],
  candidate: JsonObject,
  more: JsonObject,
): JsonObject {
  return {
    candidates: [{ content: { role: "model", parts }, ...candidate, index: 0 }],
    ...more,
    modelVersion: model,
    ...(id === null ? {} : { responseId: id }),
  };
}

/** An event of a stream, or the next element of the one array that a stream is else. */
function framed(state: GenerateWriting, event: JsonObject): Written<GenerateWriting> {
  const json = JSON.stringify(event);
  const text = state.asEvents ? `data: ${json}\r\n\r\n` : `${state.begun ? ",\r\n" : "["}${json}`;
  return [{ ...state, begun: true }, text];
}
