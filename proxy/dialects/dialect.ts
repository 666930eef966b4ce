/**
 * A dialect is one API as it goes over the wire: how a request, an answer, a stream and an error
 * look. Clients speak one and providers speak one; where both speak the same, bytes pass. Everything
 * here is pure, and nothing here knows a provider by name.
 *
 * @module
 */
import type { JsonObject, JsonValue } from "../../shared/json.ts";
import type { Modality, Usage } from "../../shared/usage/mod.ts";
import type { ProxyFailure } from "../errors.ts";
import type { Failure } from "../../shared/errors.ts";
import type { UpstreamFailure } from "../failures/mod.ts";

/** Bytes as the network gives them. */
export type Bytes = Uint8Array<ArrayBuffer>;

/** Every dialect; the names are those of the providers' own references. */
export const DIALECTS = [
  "openai.chat.completions",
  "openai.responses",
  "openai.completions",
  "openai.embeddings",
  "openai.images.generations",
  "openai.images.edits",
  "openai.audio.speech",
  "openai.audio.transcriptions",
  "openai.audio.translations",
  "openai.moderations",
  "openai.videos",
  "anthropic.messages",
  "anthropic.count_tokens",
  "anthropic.complete",
  "google.generateContent",
  "google.countTokens",
  "google.embedContent",
  "google.predict",
  "google.interactions",
  "cohere.chat",
  "cohere.embed",
  "cohere.generate",
  "cohere.rerank",
  "ollama.chat",
  "ollama.generate",
  "ollama.embed",
  "bedrock.converse",
  "bedrock.invoke",
  "elevenlabs.speech",
  "elevenlabs.transcription",
] as const;

/** One of {@link DIALECTS}. */
export type DialectName = (typeof DIALECTS)[number];

/** A body as it arrived: JSON, or the fields and files of a form. */
export type RequestBody =
  | { readonly kind: "json"; readonly json: JsonObject }
  | { readonly kind: "form"; readonly form: FormData };

/** A request as it arrived, before anything in it was understood. */
export interface Arrived {
  readonly body: RequestBody;
  /** Length of the body as sent. */
  readonly bodyBytes: Bytes;
  /** What the path named, such as `model`; decoded. */
  readonly params: Readonly<Record<string, string>>;
  /** The part of the path that chooses between forms of one API, such as `streamGenerateContent`. */
  readonly action: string | null;
  readonly query: URLSearchParams;
  readonly headers: Headers;
}

/** What in a request is not text to the model, for the bound and the estimate of its input. */
export interface MediaCount {
  /** Pictures, given by data or by URL. */
  readonly images: number;
  /**
   * Bytes of the body that are not read as text: data of pictures, sound or files, and what of its
   * syntax and its settings no model sees.
   */
  readonly dataBytes: number;
  /**
   * Whether something is in it whose tokens nobody can bound from here (sound, films, files, what
   * a URL holds, a conversation kept by the provider): then the model's context window is the bound.
   */
  readonly unbounded: boolean;
  /** The most tokens that one picture costs at providers of this API; absent for the general bound. */
  readonly tokensPerImage?: number;
  /**
   * The most tokens that the provider adds once, such as instructions for tools and the definitions of
   * built-in ones; absent for the general bound.
   */
  readonly addedTokens?: number;
  /** How often the provider may read the context within the call, for its own tools; absent for once. */
  readonly readings?: number;
  /** Texts that are read apart, each with a context window of its own; absent for one. */
  readonly windows?: number;
}

/** A request, understood as far as money and routing depend on it. */
export interface CallRequest {
  readonly dialect: DialectName;
  /** For receipts and limits, such as `chat/completions`. */
  readonly endpoint: string;
  readonly arrived: Arrived;
  readonly model: string;
  readonly modality: Modality;
  readonly streaming: boolean;
  /** Whether the client wants the event that carries nothing but usage. */
  readonly usageAsked: boolean;
  /** Answers wanted, at least 1. */
  readonly choices: number;
  /** The client's output limit for one answer, null for the model's own; 0 when it has no output. */
  readonly outputLimit: number | null;
  /** Whether no limit can be sent, so that the call needs all of `outputLimit`, as pictures do. */
  readonly outputFixed?: boolean;
  /** Messages, or parts, that a provider wraps in tokens of its own. */
  readonly messages: number;
  readonly media: MediaCount;
  /** The most of what is not tokens: characters, seconds, images, requests, searches. */
  readonly unitsBound: Usage;
  /** Classes that the call cannot have left out; null when any may occur. */
  readonly classes: readonly (keyof Usage)[] | null;
  /** Whether no provider bills such a call: it is metered, and held and charged at 0; absent: no. */
  readonly free?: boolean;
}

/** The outcome of understanding a request. */
export type ParsedCall = { readonly request: CallRequest } | { readonly failure: Failure };

/** How the upstream's request must differ from the client's. */
export interface SendOptions {
  readonly upstreamModel: string;
  /** The limit to send for one answer, or null to send the client's own. */
  readonly outputLimit: number | null;
  /** The request member that limits output where the client named none. */
  readonly outputLimitParameter: string;
  /** Whether the provider takes `stream_options.include_usage`, or the like. */
  readonly asksForUsage: boolean;
  /**
   * The version that an Anthropic body names where the provider wants it there, and the model in the
   * path; absent where both go as Anthropic's own API takes them.
   */
  readonly anthropicVersion?: string;
}

/** What goes to the upstream; the target adds its address and its credentials. */
export interface OutgoingRequest {
  /** Chooses the form where an API has several paths, such as `streamGenerateContent`; else null. */
  readonly action: string | null;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | FormData;
  readonly query: Readonly<Record<string, string>>;
}

/** Text that was seen, for the estimate of its tokens; in UTF-16 units. */
export interface TextCount {
  readonly ascii: number;
  readonly other: number;
}

/** What a provider reported beyond the classes; kept as evidence, never the price. */
export interface ReportedExtras {
  /** The provider's own usage object, as it came; null when there was none. */
  readonly raw: JsonValue;
  /** What the provider says that it charges, in nanodollars; null when it does not say. */
  readonly costNanoUsd: number | null;
}

/** Nothing reported. */
export const NO_EXTRAS: ReportedExtras = { raw: null, costNanoUsd: null };

/** The head of an upstream's answer. */
export interface AnswerHead {
  readonly status: number;
  readonly headers: Headers;
}

/**
 * An answer that is not a stream, understood; `usage` null when nothing was reported, and with no
 * class of a side, input or output, that was not reported. Units that the request itself decides
 * (the characters of a speech) are reported by the reader.
 */
export interface AnswerReading extends ReportedExtras {
  readonly usage: Usage | null;
  readonly text: () => TextCount;
  /** The body for the client when it is not the upstream's own. */
  readonly translated?: Bytes;
}

/** Where the observation of a stream stands: a plain value, never changed in place. */
export interface StreamState extends ReportedExtras {
  /** Bytes of an event whose end has not come yet. */
  readonly pending: readonly Bytes[];
  readonly pendingBytes: number;
  /** A first valid event was seen. */
  readonly started: boolean;
  /** The end mark was seen. */
  readonly done: boolean;
  /** A failure came out: whatever follows is none of the answer. */
  readonly failed?: boolean;
  /**
   * The provider's reports so far, cumulative; null when there was none. A side of the call, input or
   * output, none of whose classes is present was not reported.
   */
  readonly usage: Usage | null;
  /** Whole events that were passed on and not yet counted. */
  readonly uncounted: string;
  readonly counted: TextCount;
  /** Answers that said why they ended. */
  readonly finished: number;
  /** What a dialect or a translation keeps from one event to the next; plain values only. */
  readonly memory: unknown;
}

/** What comes out of a stream, in order. */
export type StreamOutput =
  /** To be passed on as it is. */
  | { readonly kind: "bytes"; readonly bytes: Bytes }
  /** The event that the cost goes with; `ends` when the answer has come to its end with it. */
  | {
    readonly kind: "usage";
    readonly bytes: Bytes;
    readonly event: JsonObject;
    readonly ends?: boolean;
  }
  | { readonly kind: "done"; readonly bytes: Bytes }
  | { readonly kind: "failure"; readonly failure: UpstreamFailure };

/** A step of a stream. */
export type StreamStep = readonly [StreamState, readonly StreamOutput[]];

/** How the answers of one upstream to one request are understood. */
export interface AnswerReader {
  /** Whether an answer of this content type is what was asked for. */
  accepts(contentType: string): boolean;
  /** Whether the answer is handed on as it comes; else it is read as a whole first. */
  readonly streams: boolean;
  /** The content type that the client gets; null for the upstream's own. */
  readonly contentType: string | null;
  /** Classifies an answer whose status is not 2xx, or whose content type is not the one asked for. */
  failure(head: AnswerHead, body: string): UpstreamFailure;
  readAnswer(body: Bytes, head: AnswerHead): AnswerReading | UpstreamFailure;
  /** The text in the beginning of an answer that is not a stream and broke off anywhere. */
  readBeginning(body: Bytes): TextCount;
  /** The state before a stream's first byte. */
  streamStart(head: AnswerHead): StreamState;
  /** Takes the next bytes; they may be cut anywhere. */
  streamStep(state: StreamState, chunk: Bytes): StreamStep;
  /** Takes the end of the bytes. */
  streamEnd(state: StreamState): StreamStep;
  /** Brings `counted` and `finished` up to date. */
  streamCount(state: StreamState): StreamState;
  /** Whether the end of the bytes is the end of the answer, even without any mark. */
  readonly endsWithoutMark: boolean;
  /** An error inside of this stream, where it differs from the dialect's usual form. */
  errorEvent?(failure: ProxyFailure): Bytes;
}

/** How errors look to a client of a dialect. */
export interface ErrorForm {
  body(failure: ProxyFailure, requestId?: string | null): JsonObject;
  /** The HTTP status where it is not that of `shared/http`; absent: it always is. */
  status?(failure: ProxyFailure): number;
  /** The error inside of a stream that has begun, closing it as the dialect does. */
  event(failure: ProxyFailure): Bytes;
}

/** One API. */
export interface Dialect {
  readonly name: DialectName;
  /** Whether an answer is the beginning of a job, whose hold stays open until it ends; absent: no. */
  readonly beginsJob?: boolean;
  /** Understands a client's request; refuses by name what cannot be bounded. */
  parse(arrived: Arrived): ParsedCall;
  /** The request for an upstream that speaks this dialect. */
  send(request: CallRequest, options: SendOptions): OutgoingRequest;
  reader(request: CallRequest): AnswerReader;
  readonly errors: ErrorForm;
  /** The usage event with the charge in kyat, where the dialect has such an event. */
  withCost(event: JsonObject, cost: JsonObject): Bytes;
}
