/** Servers that calls can be sent to. @module */
import type { DialectName } from "../dialects/mod.ts";
import type { ThoughtForm } from "../translate/mod.ts";
import type { RealtimeApi } from "../realtime/mod.ts";

/** How a provider wants to see its key. */
export type AuthForm =
  | "bearer"
  | "x-api-key"
  | "x-goog-api-key"
  | "api-key"
  | "xi-api-key"
  | "none";

/** What a provider answers for itself; nothing else knows a provider. */
export interface ProviderProfile {
  /** Name for people and receipts, such as `groq`. */
  readonly name: string;
  /** Without a trailing slash, such as `https://api.openai.com/v1`. */
  readonly baseUrl: string;
  readonly auth: AuthForm;
  /**
   * The dialects that it speaks, with the path of each behind the base URL; `{model}` and `{action}`
   * stand for the model's name there and the form of the call.
   */
  readonly dialects: Readonly<Partial<Record<DialectName, string>>>;
  /**
   * How the names of the models begin that are asked in a dialect, where a provider asks some models
   * in one and some in another; absent for every model. A name that is in none goes by any.
   */
  readonly dialectModels?: Readonly<Partial<Record<DialectName, readonly string[]>>>;
  /** The realtime APIs that it speaks, with the path of each behind its host; absent: none. */
  readonly realtime?: Readonly<Partial<Record<RealtimeApi, string>>>;
  /** Headers that every request to it carries, such as a version. */
  readonly headers: Readonly<Record<string, string>>;
  /**
   * What to do when the client goes away in mid-stream: `cancel` where the provider then stops
   * generating and billing, `drain` where it bills to the end and only the end tells the truth.
   */
  readonly onClientGone: "cancel" | "drain";
  /** The request member that limits output where the client named none. */
  readonly outputLimitParameter: "max_tokens" | "max_completion_tokens";
  /** Most tokens that it adds to a call's input on its own, as by a prompt; absent: a few. */
  readonly inputOverheadTokens?: number;
  /** Most tokens of an answer beyond its limit, as where low limits are raised; absent: none. */
  readonly outputSlackTokens?: number;
  /** False where reasoning is not counted against the output limit; absent: it is. */
  readonly limitsReasoning?: boolean;
  /** Where that is so of some models only, how the provider's names of them begin; absent: of all. */
  readonly unlimitedModels?: readonly string[];
  /** How its chat completions take back thoughts; absent for `reasoning_content`. */
  readonly thoughts?: ThoughtForm;
  /** Whether its chat completions take `stream_options.include_usage`. */
  readonly asksForUsage: boolean;
  /** See SendOptions. */
  readonly anthropicVersion?: string;
  /** Where this answer comes from, such as the provider's documentation. */
  readonly source: string;
}

/** A server that calls can be sent to, with the credentials of this call. */
export interface UpstreamTarget {
  readonly name: string;
  readonly profile: ProviderProfile;
  /** Without a trailing slash; the profile's own unless it was set. */
  readonly baseUrl: string;
  /** Sent to this target only, and never logged; null when it needs none. */
  readonly apiKey: string | null;
  /** Upstream model by model for sale; null when every model goes by its own name. */
  readonly models: ReadonlyMap<string, string> | null;
  /** Whether its answers are made up; said in every answer. */
  readonly simulated: boolean;
}
