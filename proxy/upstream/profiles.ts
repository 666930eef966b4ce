/** The providers that are built in. @module */
import type { ProviderProfile } from "./target.ts";

/** What every OpenAI-compatible server has until it says otherwise. */
const OPENAI_COMPATIBLE: Omit<ProviderProfile, "name" | "baseUrl" | "source"> = {
  auth: "bearer",
  dialects: { "openai.chat.completions": "/chat/completions" },
  headers: {},
  // Of a server that nobody knows it isn't known whether it stops.
  onClientGone: "drain",
  outputLimitParameter: "max_tokens",
  asksForUsage: true,
};

/** Every built-in provider. */
export const PROFILES: readonly ProviderProfile[] = [
  {
    ...OPENAI_COMPATIBLE,
    name: "openai_compatible",
    baseUrl: "http://127.0.0.1:8000/v1",
    source: "any server that speaks OpenAI's chat completions",
  },
  {
    ...OPENAI_COMPATIBLE,
    name: "openai",
    baseUrl: "https://api.openai.com/v1",
    realtime: { "openai.realtime": "/v1/realtime" },
    onClientGone: "cancel",
    outputLimitParameter: "max_completion_tokens",
    source: "https://platform.openai.com/docs/api-reference",
  },
  {
    ...OPENAI_COMPATIBLE,
    name: "simulator",
    baseUrl: "http://127.0.0.1:8790/v1",
    onClientGone: "cancel",
    source: "the project's own simulator",
  },
];

const byName = new Map(PROFILES.map((profile) => [profile.name, profile]));

/** The profile of a name, or undefined. */
export function profileOf(name: string): ProviderProfile | undefined {
  return byName.get(name);
}
