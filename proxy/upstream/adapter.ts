/** What every provider adapter answers for itself; nothing else knows a provider. @module */
import type { ProxyFailure } from "../errors.ts";
import type { JsonObject } from "../../shared/json.ts";
import type { Usage } from "../../shared/usage/mod.ts";

/** A server that calls can be sent to. */
export interface UpstreamTarget {
  /** Name for people and receipts, such as `openai`. */
  readonly name: string;
  readonly adapter: Adapter;
  /** Without a trailing slash, such as `https://api.openai.com/v1`. */
  readonly baseUrl: string;
  /** Sent to this target only, and never logged; null when it needs none. */
  readonly apiKey: string | null;
  /** Upstream model by model for sale; null when every model goes by its own name. */
  readonly models: ReadonlyMap<string, string> | null;
  /**
   * What to do when the client goes away in mid-stream: `cancel` where the provider then stops
   * generating and billing, `drain` where it bills to the end and only the end tells the truth.
   */
  readonly onClientGone: "cancel" | "drain";
  /** The request member that limits output where the client named none. */
  readonly outputLimitParameter: "max_tokens" | "max_completion_tokens";
  /** Whether its answers are made up; said in every answer. */
  readonly simulated: boolean;
}

/** What the request to an upstream must say beyond what the client said. */
export interface RequestOptions {
  readonly upstreamModel: string;
  /** The limit to send for one answer, or null to send the client's own. */
  readonly outputLimit: number | null;
  readonly streaming: boolean;
}

/** A request, ready to be sent. */
export interface UpstreamRequest {
  readonly url: string;
  readonly headers: Record<string, string>;
  readonly body: string;
}

/** A failed attempt: what the client would be told, and whether another target may do better. */
export interface UpstreamFailure {
  readonly failure: ProxyFailure;
  readonly tryNext: boolean;
}

/** Text that was seen, for the estimate of its tokens; in UTF-16 units. */
export interface TextCount {
  readonly ascii: number;
  readonly other: number;
}

/**
 * An answer that is not a stream, understood; `usage` null when the provider reported none, and with
 * no class of a side, input or output, that it did not report.
 */
export type AnswerReading =
  | { readonly usage: Usage | null; readonly text: () => TextCount }
  | UpstreamFailure;

/** Where the observation of a stream stands: a plain value, never changed in place. */
export interface StreamState {
  /** Bytes of an event whose end has not come yet. */
  readonly pending: readonly Uint8Array<ArrayBuffer>[];
  readonly pendingBytes: number;
  /** A first valid event was seen. */
  readonly started: boolean;
  /** The end mark was seen. */
  readonly done: boolean;
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
}

/** What comes out of a stream, in order. */
export type StreamOutput =
  /** To be passed on as it is. */
  | { readonly kind: "bytes"; readonly bytes: Uint8Array<ArrayBuffer> }
  /** The event that carries nothing but usage. */
  | {
    readonly kind: "usage";
    readonly bytes: Uint8Array<ArrayBuffer>;
    readonly event: JsonObject;
  }
  | { readonly kind: "done"; readonly bytes: Uint8Array<ArrayBuffer> }
  | { readonly kind: "failure"; readonly failure: UpstreamFailure };

/** One way to talk to a provider. All of it is pure. */
export interface Adapter {
  /** The request for a chat completions body. */
  request(target: UpstreamTarget, body: JsonObject, options: RequestOptions): UpstreamRequest;
  /** Classifies an answer whose status is not 2xx, or whose content type is not the one asked for. */
  failure(status: number, headers: Headers, body: string): UpstreamFailure;
  /** Reads an answer that is not a stream. */
  readAnswer(body: Uint8Array<ArrayBuffer>): AnswerReading;
  /** The text in the beginning of an answer that is not a stream and broke off anywhere. */
  readBeginning(body: Uint8Array<ArrayBuffer>): TextCount;
  /** The state before a stream's first byte. */
  streamStart(): StreamState;
  /** Takes the next bytes; they may be cut anywhere. */
  streamStep(
    state: StreamState,
    chunk: Uint8Array<ArrayBuffer>,
  ): readonly [StreamState, readonly StreamOutput[]];
  /** Takes the end of the bytes. */
  streamEnd(state: StreamState): readonly [StreamState, readonly StreamOutput[]];
  /** Brings `counted` and `finished` up to date. */
  streamCount(state: StreamState): StreamState;
}
