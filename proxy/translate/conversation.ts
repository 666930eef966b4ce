/**
 * A call between two protocols: what any of them can say of a conversation, in nobody's words. Every
 * protocol is read into this and written from it, so that each needs one translation, not one for
 * each of the others.
 *
 * @module
 */
import type { JsonObject } from "../../shared/json.ts";

/** A provider's proof that a thought is its own; it means nothing to any other provider. */
export interface Signature {
  readonly by: "anthropic" | "google" | "other";
  readonly value: string;
}

/** Where the bytes of a file come from. */
export type FileSource =
  | { readonly kind: "data"; readonly mediaType: string; readonly base64: string }
  | { readonly kind: "url"; readonly url: string; readonly mediaType: string | null };

/** A text. */
export interface TextPart {
  readonly kind: "text";
  readonly text: string;
  readonly signature?: Signature;
}

/** A picture, a document or a sound. */
export interface FilePart {
  readonly kind: "file";
  readonly sort: "image" | "document" | "audio";
  readonly source: FileSource;
  readonly name?: string;
}

/** What a model thought before it answered. */
export interface ReasoningPart {
  readonly kind: "reasoning";
  readonly text: string;
  readonly signature?: Signature;
}

/** What a model thought, readable by its provider only. */
export interface SealedPart {
  readonly kind: "sealed";
  readonly data: Signature;
}

/** The model wants a function to be called. */
export interface CallPart {
  readonly kind: "call";
  readonly id: string;
  readonly name: string;
  readonly args: JsonObject;
  readonly signature?: Signature;
}

/** What a called function gave back. */
export interface ResultPart {
  readonly kind: "result";
  readonly callId: string;
  /** The function's name; null where nothing says it. */
  readonly name: string | null;
  readonly content: readonly (TextPart | FilePart)[];
  readonly failed: boolean;
}

/** A part of a message; `at` is the place in the client's request, such as `messages[2].content[0]`. */
export type Part =
  & (TextPart | FilePart | ReasoningPart | SealedPart | CallPart | ResultPart)
  & { readonly at?: string };

/** What one side said. Results of functions stand on the user's side. */
export interface Message {
  readonly role: "system" | "user" | "assistant";
  readonly parts: readonly Part[];
  readonly at?: string;
}

/** A function that the model may call. */
export interface Tool {
  readonly name: string;
  readonly description: string | null;
  /** JSON Schema of its arguments; null when it takes none. */
  readonly schema: JsonObject | null;
  /** Whether calls must fit the schema; null for the provider's own way. */
  readonly strict: boolean | null;
}

/** Which functions the model calls; `functions` demands a call of one of the names. */
export type ToolChoice =
  | { readonly kind: "auto" | "none" | "any" }
  | { readonly kind: "functions"; readonly names: readonly string[] };

/** The form that the answer must have. */
export type AnswerFormat =
  | { readonly kind: "json" }
  | {
    readonly kind: "schema";
    readonly name: string | null;
    readonly description: string | null;
    readonly schema: JsonObject;
    readonly strict: boolean | null;
  };

/** How hard a model thinks, least first. */
export const EFFORTS = ["minimal", "low", "medium", "high", "xhigh", "max"] as const;

/** One of {@link EFFORTS}. */
export type Effort = (typeof EFFORTS)[number];

/** Whether and how much the model thinks; `auto` leaves the amount to it. */
export type Reasoning =
  | { readonly kind: "off" }
  | { readonly kind: "auto" }
  | { readonly kind: "effort"; readonly effort: Effort }
  | { readonly kind: "budget"; readonly tokens: number };

/** Settings; null is the model's own. */
export interface Settings {
  readonly outputLimit: number | null;
  readonly temperature: number | null;
  readonly topP: number | null;
  readonly topK: number | null;
  readonly seed: number | null;
  readonly frequencyPenalty: number | null;
  readonly presencePenalty: number | null;
  readonly stop: readonly string[];
  readonly toolChoice: ToolChoice | null;
  /** Whether several functions may be called at once. */
  readonly parallelCalls: boolean | null;
  readonly format: AnswerFormat | null;
  readonly reasoning: Reasoning | null;
  /** Whether the thoughts are wanted in the answer. */
  readonly thoughtsShown: boolean | null;
  /** The caller's own name for its user. */
  readonly user: string | null;
}

/** Nothing set. */
export const NO_SETTINGS: Settings = {
  outputLimit: null,
  temperature: null,
  topP: null,
  topK: null,
  seed: null,
  frequencyPenalty: null,
  presencePenalty: null,
  stop: [],
  toolChoice: null,
  parallelCalls: null,
  format: null,
  reasoning: null,
  thoughtsShown: null,
  user: null,
};

/** The client's member for each setting, so that a refusal names what the client wrote. */
export type SettingNames = Readonly<Record<keyof Settings, string>>;

/** A request. */
export interface Conversation {
  readonly messages: readonly Message[];
  readonly tools: readonly Tool[];
  readonly settings: Settings;
  readonly streaming: boolean;
  /**
   * Members that change neither the answer nor its limits, such as marks for a cache, and that the
   * reader left out.
   */
  readonly leftOut: readonly string[];
}
