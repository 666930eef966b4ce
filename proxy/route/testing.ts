/** A small world for tests of routing: providers, models, keys and health as plain values. @module */
import { createModelIndex } from "../../shared/models/mod.ts";
import { BUILT_IN_ROUTERS, type RouterDefinition } from "../../shared/routing/mod.ts";
import {
  type AttachedRouter,
  type CallNeeds,
  resolve,
  type RoutableModel,
  type RoutableProvider,
  type RouteRequest,
  type RouteWorld,
  seededDraw,
} from "./mod.ts";

/** A model; 1 USD a million tokens in and 4 out unless told. */
export function model(name: string, more: Partial<RoutableModel> = {}): RoutableModel {
  return {
    model: name,
    contextWindowTokens: 32_000,
    maxOutputTokens: 4_000,
    ratesPicoUsdPerUnit: { input: 1_000_000n, output: 4_000_000n },
    ...more,
  };
}

/** A provider that serves what the catalogue names after it. */
export function provider(
  name: string,
  more: Partial<RoutableProvider> = {},
): RoutableProvider {
  return {
    name,
    prefixes: [],
    models: null,
    servesAll: false,
    simulated: false,
    lastResort: false,
    ...more,
  };
}

/** A router as it is attached; version null is built in. */
export function attached(
  routerId: string,
  definition: Partial<RouterDefinition>,
): AttachedRouter {
  const whole = { name: routerId, enabled: true, rules: [], fallback: [], ...definition };
  return { routerId, routerVersion: 1, definition: whole };
}

/** A short chat completion. */
export const SHORT_CHAT: CallNeeds = {
  kind: "chat",
  inputTokens: 100,
  outputTokens: null,
  units: {},
  inputModalities: ["text"],
  capabilities: [],
  excludes: [],
  streaming: false,
  tags: [],
  keyId: "key-1",
};

/** What a test's world is made of; everything has a key and is healthy unless told. */
export interface WorldParts {
  readonly providers: readonly RoutableProvider[];
  readonly models: readonly RoutableModel[];
  readonly aliases?: Readonly<Record<string, readonly string[]>>;
  readonly routers?: readonly AttachedRouter[];
  readonly withoutKey?: readonly string[];
  readonly forbidden?: readonly string[];
  /** By `provider upstreamModel`, or by provider. */
  readonly phases?: Readonly<Record<string, "open" | "half_open">>;
  readonly latencies?: Readonly<Record<string, number>>;
  readonly tooDear?: RouteWorld<RoutableProvider, RoutableModel>["tooDear"];
  readonly nowMs?: number;
  readonly seed?: string;
}

/** Noon in Yangon on 21 November 2026. */
export const NOON_MS = Date.UTC(2026, 10, 21, 5, 30);

/** A world of {@link WorldParts}. */
export function worldOf(parts: WorldParts): RouteWorld<RoutableProvider, RoutableModel> {
  const routers = new Map<string, AttachedRouter>();
  for (const [routerId, definition] of BUILT_IN_ROUTERS) {
    routers.set(routerId, { routerId, routerVersion: null, definition });
  }
  for (const router of parts.routers ?? []) routers.set(router.routerId, router);
  return {
    providers: parts.providers,
    models: parts.models,
    names: createModelIndex(parts.models, new Map(Object.entries(parts.aliases ?? {}))),
    router: (routerId) => routers.get(routerId),
    hasKey: ({ name }) => !(parts.withoutKey ?? []).includes(name),
    isAllowed: (one) => !(parts.forbidden ?? []).includes(one.model),
    tooDear: parts.tooDear ?? (() => null),
    health: {
      providerPhase: (name) => parts.phases?.[name] ?? "closed",
      phase: (name, upstream) =>
        parts.phases?.[`${name} ${upstream}`] ?? parts.phases?.[name] ?? "closed",
      latencyMs: (name, upstream) => parts.latencies?.[`${name} ${upstream}`] ?? null,
    },
    nowMs: parts.nowMs ?? NOON_MS,
    draw: seededDraw(parts.seed ?? "seed"),
  };
}

/** What a call for a model resolves to. */
export function resolved(
  name: string,
  parts: WorldParts,
  more: Partial<Omit<RouteRequest, "needs">> & { readonly needs?: Partial<CallNeeds> } = {},
) {
  const { needs, ...request } = more;
  return resolve({
    name,
    keyRouter: null,
    strategy: null,
    ...request,
    needs: { ...SHORT_CHAT, ...needs },
  }, worldOf(parts));
}

/** The targets as `provider upstreamModel`, in order. */
export function places(resolution: ReturnType<typeof resolved>): string[] {
  return resolution.targets.map(({ provider, upstreamModel }) =>
    `${provider.name} ${upstreamModel}`
  );
}
