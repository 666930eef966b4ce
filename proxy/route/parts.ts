/** What routing must know of providers, models, calls and the world. @module */
import type { ModelKind } from "../../shared/models/mod.ts";
import type { EdgeModel } from "../../shared/edge_config/mod.ts";
import type { ModelIndex } from "../../shared/models/mod.ts";
import type { Usage } from "../../shared/usage/mod.ts";
import type { RouterDefinition, Strategy } from "../../shared/routing/mod.ts";

/** A model for sale, as far as routing goes. */
export type RoutableModel =
  & Pick<EdgeModel, "model" | "contextWindowTokens" | "maxOutputTokens" | "ratesPicoUsdPerUnit">
  & Partial<
    Pick<
      EdgeModel,
      | "kind"
      | "ownedBy"
      | "tiers"
      | "inputModalities"
      | "outputModalities"
      | "capabilities"
      | "providers"
      | "retiredOn"
    >
  >;

/** What goes into a call or comes out of it. */
export type CallModality = NonNullable<RoutableModel["inputModalities"]>[number];

/** A provider that calls can be sent to. */
export interface RoutableProvider {
  /** As it is configured, such as `groq-eu`. */
  readonly name: string;
  /** Other names for it in model names and routers, such as its profile's. */
  readonly prefixes: readonly string[];
  /** Upstream model by model for sale; null: whatever the catalogue says that it serves. */
  readonly models: ReadonlyMap<string, string> | null;
  /** Whether it takes any model by its own name where `models` is null. */
  readonly servesAll: boolean;
  /** Whether its answers are made up: it comes after all others unless it is named. */
  readonly simulated: boolean;
  /** Whether it is only for calls that no other provider can take, such as a free allowance. */
  readonly lastResort: boolean;
}

/** What is known of a call before it is routed. */
export interface CallNeeds {
  readonly kind: ModelKind;
  /** Estimated input tokens; never below the truth is best. */
  readonly inputTokens: number;
  /** The output limit that the client asked for; null without one. */
  readonly outputTokens: number | null;
  /** Most units of what is not tokens, such as images or characters. */
  readonly units: Usage;
  /** What the client sends. */
  readonly inputModalities: readonly CallModality[];
  /** Capabilities that the model must have, such as `tools`; what is not known of it passes. */
  readonly capabilities: readonly string[];
  /** Capabilities that rule a model out, such as `responses_only` for a chat completion. */
  readonly excludes: readonly string[];
  readonly streaming: boolean;
  /** Tags of the key and of the call. */
  readonly tags: readonly string[];
  readonly keyId: string;
}

/** A router with its id and version; version null is the built-in one. */
export interface AttachedRouter {
  readonly routerId: string;
  readonly routerVersion: number | null;
  readonly definition: RouterDefinition;
}

/** What the client asks of routing. */
export interface RouteRequest {
  /** The model as the client named it: a model, an alias, `auto`, or a router's name. */
  readonly name: string;
  /** The router of the client's key; null without one. */
  readonly keyRouter: AttachedRouter | null;
  /** The strategy that the client asked for; null leaves it to the router. */
  readonly strategy: Strategy | null;
  readonly needs: CallNeeds;
}

/** What routing reads of the world; nothing in it is changed. */
export interface RouteWorld<Provider extends RoutableProvider, Model extends RoutableModel> {
  /** Enabled providers, in the order of their priority. */
  readonly providers: readonly Provider[];
  /** All models for sale; the same list again while nothing changes is the fastest. */
  readonly models: readonly Model[];
  readonly names: ModelIndex<Model>;
  router(routerId: string): AttachedRouter | undefined;
  /** Whether the provider has a usable key for this client, or needs none. */
  hasKey(provider: Provider): boolean;
  /** Whether only the key of a free allowance is left for it: then it is a last resort. */
  onFreeAllowance?(provider: Provider): boolean;
  /** Whether the client's key may call the model. */
  isAllowed(model: Model): boolean;
  /** Why a call of this estimated cost can't be afforded there, such as a used-up allowance. */
  tooDear(provider: Provider, costPicoUsd: bigint | null): string | null;
  readonly health: {
    providerPhase(provider: string): "closed" | "half_open" | "open";
    phase(provider: string, upstreamModel: string): "closed" | "half_open" | "open";
    latencyMs(provider: string, upstreamModel: string): number | null;
  };
  readonly nowMs: number;
  /** The next number of a seeded generator, at least 0 and below 1. */
  draw(): number;
}

/** One target to try. */
export interface RoutedTarget<Provider, Model> {
  readonly provider: Provider;
  /** The model for sale: its price is charged. */
  readonly model: Model;
  /** The model's name at the provider. */
  readonly upstreamModel: string;
  /** Estimated cost of this call in picodollars, for the order only; null without rates. */
  readonly costPicoUsd: bigint | null;
  /** Why it stands where it stands, most telling first. */
  readonly reasons: readonly string[];
}

/** A target that is not tried. */
export interface SkippedTarget {
  readonly provider: string;
  readonly model: string;
  readonly reason: string;
}

/** Why there is nothing to try. */
export type NoTarget =
  /** Nothing of that name is for sale to this key. */
  | "model_not_found"
  /** What serves it has no usable key, is unhealthy, or does not fit the call. */
  | "no_target_left";

/** What came of routing. */
export interface Resolution<Provider, Model> {
  /** At most 16, best first. */
  readonly targets: readonly RoutedTarget<Provider, Model>[];
  readonly skipped: readonly SkippedTarget[];
  /** Null when there are targets. */
  readonly refusal: NoTarget | null;
  readonly router: AttachedRouter | null;
  /** The rule of the router that applied; null without one. */
  readonly rule: string | null;
  readonly strategy: Strategy;
}
