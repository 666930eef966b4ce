/** An answer between two protocols, as a whole and step by step. @module */
import type {
  CallPart,
  FilePart,
  ReasoningPart,
  SealedPart,
  Signature,
  TextPart,
} from "./conversation.ts";

/** Why an answer ended. */
export type Stop =
  | "end"
  | "stop_sequence"
  | "length"
  | "calls"
  | "filtered"
  /** The model itself would not answer. */
  | "refused"
  | "other";

/** A part of an answer. */
export type AnswerPart = TextPart | FilePart | ReasoningPart | SealedPart | CallPart;

/** A whole answer. */
export interface Answer {
  /** The upstream's name for it; null when it gave none. */
  readonly id: string | null;
  /** The model as the upstream names it; null when it does not say. */
  readonly model: string | null;
  readonly parts: readonly AnswerPart[];
  readonly stop: Stop | null;
  /** The sequence that stopped it, where the upstream says which. */
  readonly stopSequence: string | null;
}

/** A step of an answer. The `key` of a call is the reader's own, counted from 0. */
export type Delta =
  | { readonly kind: "begin"; readonly id: string | null; readonly model: string | null }
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "reasoning"; readonly text: string }
  /** Signs the thought, or the text, that came directly before it. */
  | { readonly kind: "signature"; readonly signature: Signature }
  | { readonly kind: "sealed"; readonly data: Signature }
  | { readonly kind: "file"; readonly file: FilePart }
  | {
    readonly kind: "call";
    readonly key: number;
    readonly id: string;
    readonly name: string;
    readonly signature?: Signature;
  }
  /** The next piece of a call's arguments, as JSON text. */
  | { readonly kind: "arguments"; readonly key: number; readonly json: string }
  | { readonly kind: "stop"; readonly stop: Stop; readonly sequence: string | null }
  /** Nothing new, but the upstream lives. */
  | { readonly kind: "alive" };
