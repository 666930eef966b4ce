/** The providers that are built in. @module */
import { NATIVE_PROFILES } from "./native_profiles.ts";
import { OPENAI_PROFILES } from "./openai_profiles.ts";
import type { ProviderProfile } from "./target.ts";

/** Every built-in provider. */
export const PROFILES: readonly ProviderProfile[] = [...OPENAI_PROFILES, ...NATIVE_PROFILES];

const byName = new Map(PROFILES.map((profile) => [profile.name, profile]));

/** The profile of a name, or undefined. */
export function profileOf(name: string): ProviderProfile | undefined {
  return byName.get(name);
}

/** The profile as it is for one model, by the provider's own name of it. */
export function profileFor(profile: ProviderProfile, upstreamModel: string): ProviderProfile {
  const { unlimitedModels } = profile;
  if (unlimitedModels === undefined) return profile;
  const unlimited = unlimitedModels.some((beginning) => upstreamModel.startsWith(beginning));
  return unlimited ? profile : { ...profile, limitsReasoning: true };
}
