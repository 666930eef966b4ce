/** What a protocol must say of itself to be translated from and to. @module */
import type { Failure } from "../../shared/errors.ts";
import type { JsonObject } from "../../shared/json.ts";
import type { Usage } from "../../shared/usage/mod.ts";
import type { CallRequest, DialectName } from "../dialects/mod.ts";
import type { Answer, Delta } from "./answer.ts";
import type { Conversation, SettingNames } from "./conversation.ts";

/** The content type of server-sent events. */
export const EVENT_STREAM = "text/event-stream; charset=utf-8";

/**
 * How a server of chat completions takes back what a model thought: by the member of that name, or
 * `none` where it never does. Only `reasoning_details` carry signatures.
 */
export type ThoughtForm = "reasoning_content" | "reasoning" | "reasoning_details" | "none";

/** What writing a request depends on besides the conversation. */
export interface WriteOptions {
  readonly upstreamModel: string;
  /** The limit that the call is held for, in tokens of one answer. */
  readonly outputLimit: number;
  readonly outputLimitParameter: string;
  readonly thoughts: ThoughtForm;
  /** The client's names of the settings. */
  readonly names: SettingNames;
}

/** A request in another protocol. */
export interface WrittenRequest {
  readonly body: JsonObject;
  readonly params: Readonly<Record<string, string>>;
  readonly action: string | null;
  readonly query: Readonly<Record<string, string>>;
  /** Members that were left out because they change neither the answer nor its limits. */
  readonly leftOut: readonly string[];
}

/** What an answer is written with besides its content. */
export interface AnswerContext {
  /** The model as the client named it. */
  readonly model: string;
  /** When the upstream answered, in seconds of the Unix epoch; 0 when it does not say. */
  readonly createdS: number;
  /** Whether a stream goes out as server-sent events, which is the usual way. */
  readonly asEvents: boolean;
}

/** A step of a writer: its next state and the text for the client. */
export type Written<State> = readonly [State, string];

/** The end of a stream for the client. */
export interface StreamEnding {
  /** What is left of the answer itself. */
  readonly rest: string;
  /** The event by which usage is told, where the protocol has one and usage is known. */
  readonly usage: { readonly event: JsonObject; readonly text: string } | null;
  /** The end mark; empty when the protocol has none. */
  readonly mark: string;
}

/** How streams of a protocol are read; all of it is pure. */
export interface StreamReader<State> {
  readonly start: State;
  step(state: State, event: JsonObject): readonly [State, readonly Delta[]];
}

/** How streams of a protocol are written; all of it is pure. */
export interface StreamWriter<State> {
  start(context: AnswerContext): State;
  step(state: State, delta: Delta): Written<State>;
  end(state: State, usage: Usage | null): StreamEnding;
}

/** A protocol that is translated. The states of its streams are plain values, known to itself only. */
export interface Wire {
  readonly dialect: DialectName;
  readonly names: SettingNames;
  /** Fails with `unsupported_parameter`, naming the member that no other protocol can be told. */
  readRequest(call: CallRequest): Conversation | { readonly failure: Failure };
  /** Fails with `unsupported_parameter`, naming the client's member that this one cannot say. */
  writeRequest(
    conversation: Conversation,
    options: WriteOptions,
  ): WrittenRequest | { readonly failure: Failure };
  /** The content type of a stream for this client. */
  streamType(call: CallRequest): string;
  readAnswer(answer: JsonObject): Answer;
  writeAnswer(answer: Answer, usage: Usage | null, context: AnswerContext): JsonObject;
  // deno-lint-ignore no-explicit-any
  readonly reads: StreamReader<any>;
  // deno-lint-ignore no-explicit-any
  readonly writes: StreamWriter<any>;
}
