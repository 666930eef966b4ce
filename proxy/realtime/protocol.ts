/** What a realtime API says of its messages. All of it is pure. @module */
import type { JsonObject } from "../../shared/json.ts";
import type { Usage } from "../../shared/usage/mod.ts";
import type { ProxyFailure } from "../errors.ts";

/** The realtime APIs; the names are those of the providers' own references. */
export const REALTIME_APIS = ["openai.realtime", "google.live", "elevenlabs.conversation"] as const;

/** One of {@link REALTIME_APIS}. */
export type RealtimeApi = (typeof REALTIME_APIS)[number];

/** How a session is sliced, so that only a small part of it is held at a time. */
export type Slicing =
  /**
   * One slice for each answer, metered by its own report; `overlapping` where several answers may run
   * at once and each says by itself that it begins.
   */
  | { readonly by: "answer"; readonly overlapping: boolean }
  /** One slice for each span of time; the time itself is the usage. */
  | { readonly by: "time"; readonly seconds: number };

/** What a message from the client means for money. */
export interface ClientMessage {
  /** Answers that it starts for sure. */
  readonly starts: number;
  /** What the model reads of it, by estimate. */
  readonly reads: Usage;
}

/** What a message from the provider means for money. */
export interface ProviderMessage {
  /** Answers that began. */
  readonly begins: number;
  /** What was heard or read of an answer, by estimate. */
  readonly makes: Usage;
  /** The provider's reports so far of the answer that runs; null when the message has none. */
  readonly reports: Usage | null;
  readonly raw: JsonObject | null;
  /** What comes on top of the answers' own reports, such as a transcription of what was said. */
  readonly adds: Usage;
  /** Whether the answer that runs has come to its end. */
  readonly ends: boolean;
}

/** One realtime API. */
export interface RealtimeProtocol {
  readonly name: RealtimeApi;
  readonly slicing: Slicing;
  /** Whether the model is named by the client's first message, not by the URL. */
  readonly namedByFirstMessage: boolean;
  /** The model that the URL or the first message names; null when they name none. */
  modelOf(query: URLSearchParams, first: JsonObject | null): string | null;
  /** The query of the upstream's URL. */
  upstreamQuery(query: URLSearchParams, upstreamModel: string): URLSearchParams;
  /** A message as it goes upstream: only the model's name may differ. */
  toUpstream(message: JsonObject, upstreamModel: string): JsonObject;
  fromClient(message: JsonObject): ClientMessage;
  fromProvider(message: JsonObject): ProviderMessage;
  /** An error as the API's clients read it. */
  error(failure: ProxyFailure): JsonObject;
}

/** A message of the client that costs nothing by itself. */
export const QUIET: ClientMessage = { starts: 0, reads: {} };

/** A message of the provider that says nothing of usage. */
export const SILENT: ProviderMessage = {
  begins: 0,
  makes: {},
  reports: null,
  raw: null,
  adds: {},
  ends: false,
};

/** The object in a member, or an empty one. */
export function objectIn(value: unknown, name: string): JsonObject {
  const member = typeof value === "object" && value !== null
    ? (value as Record<string, unknown>)[name]
    : null;
  return typeof member === "object" && member !== null && !Array.isArray(member)
    ? member as JsonObject
    : {};
}

/** The text in a member; empty when there is none. */
export function textIn(value: JsonObject, name: string): string {
  const member = value[name];
  return typeof member === "string" ? member : "";
}

/** The documented estimate of a text's tokens: four characters a token, rounded up. */
export function tokensOfText(text: string): number {
  return Math.ceil(text.length / 4);
}

/** Tokens of sound given in base64, at a number of bytes and of tokens for each second; rounded up. */
export function tokensOfSound(
  base64Length: number,
  { bytesPerSecond, tokensPerSecond }: {
    readonly bytesPerSecond: number;
    readonly tokensPerSecond: number;
  },
): number {
  return Math.ceil(base64Length * 3 / 4 / bytesPerSecond * tokensPerSecond);
}
