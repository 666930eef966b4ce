/** The providers that calls can go to: those of the settings, and those that admins configured. @module */
import type { EdgeProvider } from "../shared/edge_config/mod.ts";
import type { EdgeConfig } from "./edge_config/mod.ts";
import type { KeyedProvider } from "./keys/mod.ts";
import type { RoutableProvider } from "./route/mod.ts";
import { profileOf, type ProviderProfile, type UpstreamTarget } from "./upstream/mod.ts";

/** A provider as routing, keys and the relay need it. */
export interface Provider extends RoutableProvider, KeyedProvider {
  readonly profile: ProviderProfile;
  readonly baseUrl: string;
}

/** See {@link createProviders}. */
export interface Providers {
  /** Enabled providers in the order of their priority. */
  all(): readonly Provider[];
}

/** Which providers the edge's settings name, and the keys that they hold for others. */
export interface ProviderSettings {
  readonly targets: readonly UpstreamTarget[];
  /** Keys from the environment, by the name of the profile. */
  readonly environmentKeys: ReadonlyMap<string, string>;
  /** The free allowance at Workers AI, which serves when nobody else can; null without one. */
  readonly freeWorkersAi: { readonly baseUrl: string; readonly key: string } | null;
}

/**
 * Follows the configuration: a provider that admins configured stands before those of the settings,
 * and in the place of one of the same name. The list is made anew only when something has changed.
 */
export function createProviders(
  config: Pick<EdgeConfig, "routing">,
  settings: ProviderSettings,
): Providers {
  const fixed = [...settings.targets.map(ofTarget), ...freeProvider(settings)];
  let seen: readonly EdgeProvider[] | null = null;
  let providers: readonly Provider[] = fixed;
  return {
    all() {
      const configured = config.routing.providers();
      if (configured === seen) return providers;
      seen = configured;
      const named = new Set(configured.map(({ provider }) => provider));
      providers = [
        ...configured.flatMap((each) => ofConfigured(each, settings)),
        ...fixed.filter(({ name }) => !named.has(name)),
      ];
      return providers;
    },
  };
}

function ofTarget({ name, profile, baseUrl, apiKey, models, simulated }: UpstreamTarget): Provider {
  return {
    name,
    prefixes: [profile.name],
    profile,
    baseUrl,
    models,
    servesAll: models === null && takesAnyModel(profile),
    simulated,
    lastResort: false,
    keyless: apiKey === null,
    environmentKey: apiKey,
    freeKey: null,
  };
}

/** Of servers that nobody knows it isn't known which models they have, either. */
function takesAnyModel({ name }: ProviderProfile): boolean {
  return name === "openai_compatible" || name === "simulator";
}

function freeProvider({ freeWorkersAi }: ProviderSettings): Provider[] {
  const profile = profileOf("cloudflare-workers-ai");
  if (freeWorkersAi === null || profile === undefined) return [];
  return [{
    name: "workers-ai-free",
    prefixes: [profile.name],
    profile,
    baseUrl: freeWorkersAi.baseUrl,
    models: null,
    servesAll: false,
    simulated: false,
    lastResort: true,
    keyless: false,
    environmentKey: null,
    freeKey: freeWorkersAi.key,
  }];
}

/** A profile that this edge does not know is of a newer version of it: nothing can be sent there. */
function ofConfigured(
  { provider, profile: profileName, baseUrl, enabled, models }: EdgeProvider,
  { environmentKeys }: ProviderSettings,
): Provider[] {
  const profile = profileOf(profileName);
  if (profile === undefined || !enabled) return [];
  return [{
    name: provider,
    prefixes: [profile.name],
    profile,
    baseUrl: baseUrl ?? profile.baseUrl,
    models: models === null ? null : new Map(
      Object.entries(models)
        .map(([model, upstreamModel]) => [model, upstreamModel ?? model]),
    ),
    servesAll: takesAnyModel(profile),
    simulated: profile.name === "simulator",
    lastResort: false,
    keyless: profile.auth === "none" || takesAnyModel(profile),
    environmentKey: environmentKeys.get(profile.name) ?? null,
    freeKey: null,
  }];
}
