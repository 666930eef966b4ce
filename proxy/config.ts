/** The proxy's settings, read once from the environment. @module */
import { z } from "zod";
import { identifierSchema } from "../shared/ids/mod.ts";
import type { AttemptPolicy } from "./relay/mod.ts";
import { type MasterKeys, parseMasterKeys } from "../shared/routing/mod.ts";
import type { AdmissionLimits } from "./admission/mod.ts";
import { type CallLimits, DEFAULT_LIMITS } from "./limits/mod.ts";
import { profileOf, PROFILES, type ProviderProfile, type UpstreamTarget } from "./upstream/mod.ts";

/** Everything that can be set. */
export interface ProxyConfig {
  readonly hostname: string;
  readonly port: number;
  /** `nats://…` or `ws://…`; null when the caller brings the bus along. */
  readonly natsUrl: string | null;
  /** Names this proxy to the ledger, unique among those that run; null for a random one. */
  readonly edgeId: string | null;
  readonly shards: number;
  readonly targets: readonly UpstreamTarget[];
  /** Keys for providers that admins configure, by the name of the profile, such as `groq`. */
  readonly environmentKeys: ReadonlyMap<string, string>;
  /** What opens the providers' keys in the ledger's feed; null when none can be opened here. */
  readonly masterKeys: MasterKeys | null;
  /** The free allowance at Workers AI; null without an account there. */
  readonly freeWorkersAi: { readonly baseUrl: string; readonly key: string } | null;
  /** Neurons of that allowance a day. */
  readonly dailyNeurons: number;
  readonly limits: CallLimits;
  readonly admission: AdmissionLimits;
  readonly attempts: AttemptPolicy;
  /** Longest wait for open calls and settlements at shutdown, in milliseconds. */
  readonly drainMs: number;
  /** How long an answer may wait for its charge, in milliseconds. */
  readonly costWaitMs: number;
  /** Life of a hold without an extension, in milliseconds; 1,000 to 3,600,000. */
  readonly holdTtlMs: number;
  /** Whether the last address in `x-forwarded-for` was written by a front door of our own. */
  readonly trustForwarded: boolean;
}

/** Settings that cannot be used; the message names each one and what was expected. */
export class ConfigError extends Error {
  override readonly name = "ConfigError";
}

type Environment = Readonly<Record<string, string | undefined>>;

const DEFAULT_OPENAI_URL = "https://api.openai.com/v1";
const DAY_MS = 86_400_000;

const whole = (least: number, most: number, standard: number) =>
  z.string().regex(/^\d{1,12}$/, "expected a whole number").transform(Number)
    .pipe(z.number().min(least).max(most)).default(standard);

const httpUrl = z.url({ protocol: /^https?$/, error: "expected a URL with http or https" })
  .transform((url) => url.replace(/\/+$/, ""));

const upstreamSchema = z.strictObject({
  name: identifierSchema,
  /** A built-in provider, such as `groq`. */
  profile: z.string().refine((name) => profileOf(name) !== undefined, "expected a built-in profile")
    .default("openai_compatible"),
  baseUrl: httpUrl.optional(),
  apiKey: z.string().min(1).optional(),
  /** Names the variable that holds the key. */
  apiKeyEnv: z.string().min(1).optional(),
  models: z.union([
    z.array(identifierSchema).max(10_000),
    z.record(identifierSchema, identifierSchema),
  ]).optional(),
  onClientGone: z.enum(["cancel", "drain"]).optional(),
  outputLimitParameter: z.enum(["max_tokens", "max_completion_tokens"]).optional(),
  simulated: z.boolean().default(false),
});

const upstreamsSchema = z.string().transform((text, context) => {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    context.addIssue({ code: "custom", message: "expected a JSON array" });
    return z.NEVER;
  }
}).pipe(z.array(upstreamSchema).min(1).max(100));

const environmentSchema = z.object({
  SARGALAY_HOST: z.string().min(1).default("127.0.0.1"),
  SARGALAY_PROXY_HOST: z.string().min(1).optional(),
  SARGALAY_PROXY_PORT: whole(0, 65_535, 8_787),
  NATS_URL: z.string().regex(/^(nats|tls|wss?):\/\//, "expected nats://, tls://, ws:// or wss://")
    .optional(),
  SARGALAY_EDGE_ID: identifierSchema.optional(),
  SARGALAY_SHARDS: whole(1, 64, 1),
  SARGALAY_UPSTREAMS: upstreamsSchema.optional(),
  OPENAI_API_KEY: z.string().min(1).optional(),
  OPENAI_BASE_URL: httpUrl.default(DEFAULT_OPENAI_URL),
  SARGALAY_SIMULATOR_URL: httpUrl.optional(),
  SARGALAY_PROXY_BODY_BYTES: whole(1_000, 1_000_000_000, DEFAULT_LIMITS.bodyBytes),
  SARGALAY_PROXY_BODY_MS: whole(10, DAY_MS, DEFAULT_LIMITS.bodyMs),
  SARGALAY_PROXY_HEADER_BYTES: whole(1_000, 1_000_000, DEFAULT_LIMITS.headerBytes),
  SARGALAY_PROXY_FIRST_BYTE_MS: whole(10, DAY_MS, DEFAULT_LIMITS.firstByteMs),
  SARGALAY_PROXY_WHOLE_MS: z.string().regex(/^\d{1,12}$/, "expected a whole number")
    .transform(Number).pipe(z.number().min(10).max(DAY_MS)).optional(),
  SARGALAY_PROXY_IDLE_MS: whole(10, DAY_MS, DEFAULT_LIMITS.idleMs),
  SARGALAY_PROXY_TOTAL_MS: whole(10, DAY_MS, DEFAULT_LIMITS.totalMs),
  SARGALAY_PROXY_ANSWER_BYTES: whole(1_000, 1_000_000_000, DEFAULT_LIMITS.answerBytes),
  SARGALAY_PROXY_MAX_OPEN_CALLS: whole(1, 1_000_000, 2_000),
  SARGALAY_PROXY_MAX_OPEN_CALLS_PER_KEY: whole(1, 1_000_000, 500),
  SARGALAY_PROXY_DRAIN_MS: whole(0, DAY_MS, 30_000),
  SARGALAY_PROXY_COST_WAIT_MS: whole(0, 60_000, 250),
  SARGALAY_MASTER_KEYS: z.string().min(1).optional(),
  CLOUDFLARE_ACCOUNT_ID: z.string().regex(/^[0-9a-f]{32}$/, "expected 32 hex digits").optional(),
  CLOUDFLARE_FREE_API_TOKEN: z.string().min(1).optional(),
  SARGALAY_DAILY_NEURONS: whole(0, 1_000_000_000, 10_000),
  SARGALAY_PROXY_RETRIES: whole(0, 3, 0),
  SARGALAY_PROXY_RETRY_DELAY_MS: whole(1, 2_000, 250),
  SARGALAY_PROXY_HEDGE_AFTER_MS: whole(0, DAY_MS, 0),
  SARGALAY_PROXY_TRUST_FORWARDED: z.enum(["0", "1"]).default("0"),
  SARGALAY_HOLD_TTL_MS: whole(1_000, 3_600_000, 120_000),
});

/** Reads the settings. An empty variable counts as absent. Throws ConfigError naming every bad one. */
export function readProxyConfig(environment: Environment): ProxyConfig {
  const given = Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== ""));
  const parsed = environmentSchema.safeParse(given);
  if (!parsed.success) {
    throw new ConfigError(
      parsed.error.issues.map(({ path, message }) => `${path.join(".")}: ${message}`).join("\n"),
    );
  }
  const { data } = parsed;
  return {
    hostname: data.SARGALAY_PROXY_HOST ?? data.SARGALAY_HOST,
    port: data.SARGALAY_PROXY_PORT,
    natsUrl: data.NATS_URL ?? null,
    edgeId: data.SARGALAY_EDGE_ID ?? null,
    shards: data.SARGALAY_SHARDS,
    targets: targetsOf(data, given),
    environmentKeys: environmentKeysOf(given),
    masterKeys: masterKeysOf(data.SARGALAY_MASTER_KEYS),
    freeWorkersAi: freeWorkersAiOf(data),
    dailyNeurons: data.SARGALAY_DAILY_NEURONS,
    limits: {
      bodyBytes: data.SARGALAY_PROXY_BODY_BYTES,
      bodyMs: data.SARGALAY_PROXY_BODY_MS,
      headerBytes: data.SARGALAY_PROXY_HEADER_BYTES,
      firstByteMs: data.SARGALAY_PROXY_FIRST_BYTE_MS,
      // Whoever sets the one limit means both, unless they say otherwise.
      wholeMs: data.SARGALAY_PROXY_WHOLE_MS ??
        (given.SARGALAY_PROXY_FIRST_BYTE_MS === undefined
          ? DEFAULT_LIMITS.wholeMs
          : data.SARGALAY_PROXY_FIRST_BYTE_MS),
      idleMs: data.SARGALAY_PROXY_IDLE_MS,
      totalMs: data.SARGALAY_PROXY_TOTAL_MS,
      answerBytes: data.SARGALAY_PROXY_ANSWER_BYTES,
    },
    admission: {
      openCalls: data.SARGALAY_PROXY_MAX_OPEN_CALLS,
      openCallsPerKey: data.SARGALAY_PROXY_MAX_OPEN_CALLS_PER_KEY,
    },
    attempts: {
      retries: data.SARGALAY_PROXY_RETRIES,
      retryDelayMs: data.SARGALAY_PROXY_RETRY_DELAY_MS,
      hedgeAfterMs: data.SARGALAY_PROXY_HEDGE_AFTER_MS,
    },
    drainMs: data.SARGALAY_PROXY_DRAIN_MS,
    costWaitMs: data.SARGALAY_PROXY_COST_WAIT_MS,
    holdTtlMs: data.SARGALAY_HOLD_TTL_MS,
    trustForwarded: data.SARGALAY_PROXY_TRUST_FORWARDED === "1",
  };
}

/** The variable that holds a provider's key, such as `GROQ_API_KEY`. */
export function keyVariableOf(profile: string): string {
  return `${profile.toUpperCase().replaceAll("-", "_")}_API_KEY`;
}

/** What providers' own clients read, where it is named otherwise; second to the variable above. */
const OTHER_KEY_VARIABLES: ReadonlyMap<string, string> = new Map([
  ["cohere", "CO_API_KEY"],
  ["google", "GEMINI_API_KEY"],
]);

function keyIn(environment: Environment, profile: string): string | undefined {
  const other = OTHER_KEY_VARIABLES.get(profile);
  return environment[keyVariableOf(profile)] ||
    (other === undefined ? undefined : environment[other] || undefined);
}

function environmentKeysOf(environment: Environment): ReadonlyMap<string, string> {
  return new Map(PROFILES.flatMap(({ name }) => {
    const key = keyIn(environment, name);
    return key === undefined ? [] : [[name, key] as const];
  }));
}

function freeWorkersAiOf(
  { CLOUDFLARE_ACCOUNT_ID: account, CLOUDFLARE_FREE_API_TOKEN: key }: z.output<
    typeof environmentSchema
  >,
): ProxyConfig["freeWorkersAi"] {
  if (key === undefined) return null;
  if (account === undefined) {
    throw new ConfigError("CLOUDFLARE_ACCOUNT_ID: needed beside CLOUDFLARE_FREE_API_TOKEN");
  }
  return { baseUrl: `https://api.cloudflare.com/client/v4/accounts/${account}/ai/v1`, key };
}

function masterKeysOf(text: string | undefined): MasterKeys | null {
  if (text === undefined) return null;
  try {
    return parseMasterKeys(text);
  } catch {
    // Not the parser's words: they may show a part of a key.
    throw new ConfigError("SARGALAY_MASTER_KEYS: expected `id:base64` keys, separated by commas");
  }
}

/** The named upstreams; else those whose keys the environment has; else the simulator. */
function targetsOf(
  data: z.output<typeof environmentSchema>,
  environment: Environment,
): UpstreamTarget[] {
  if (data.SARGALAY_UPSTREAMS !== undefined) {
    const names = new Set<string>();
    return data.SARGALAY_UPSTREAMS.map((upstream) => {
      if (names.has(upstream.name)) {
        throw new ConfigError(`SARGALAY_UPSTREAMS: the name ${upstream.name} stands there twice`);
      }
      names.add(upstream.name);
      return namedTarget(upstream, environment);
    });
  }
  const keyed = keyedTargets(data, environment);
  if (keyed.length > 0) return keyed;
  // Without any, only what admins configure is served.
  return data.SARGALAY_SIMULATOR_URL === undefined
    ? []
    : [simulatorTarget(data.SARGALAY_SIMULATOR_URL)];
}

/** Whether the environment holds the key of a provider that can be called with nothing else. */
export function hasProviderKey(environment: Environment): boolean {
  return PROFILES.some(({ name, baseUrl }) =>
    !NO_ADDRESS.test(baseUrl) && keyIn(environment, name) !== undefined
  );
}

/** A target for each built-in provider whose key the environment has and whose address is known. */
function keyedTargets(
  data: z.output<typeof environmentSchema>,
  environment: Environment,
): UpstreamTarget[] {
  return PROFILES.flatMap((profile): UpstreamTarget[] => {
    const { name, baseUrl } = profile;
    const apiKey = keyIn(environment, name);
    if (apiKey === undefined || NO_ADDRESS.test(baseUrl)) return [];
    const common = { name, apiKey, models: null, simulated: false };
    if (name !== "openai" || data.OPENAI_BASE_URL === DEFAULT_OPENAI_URL) {
      return [{ ...common, profile, baseUrl }];
    }
    // OpenAI stops generating when the connection closes; of another server that isn't known.
    return [{ ...common, profile: builtIn("openai_compatible"), baseUrl: data.OPENAI_BASE_URL }];
  });
}

/** Providers that have an address for each customer, or stand on a machine of one's own. */
const NO_ADDRESS = /invalid|127\.0\.0\.1|localhost/;

/** The simulator as a target; `url` is its base URL, with or without `/v1`. */
export function simulatorTarget(url: string): UpstreamTarget {
  const base = url.replace(/\/+$/, "");
  return {
    name: "simulator",
    profile: builtIn("simulator"),
    baseUrl: base.endsWith("/v1") ? base : `${base}/v1`,
    apiKey: null,
    models: null,
    simulated: true,
  };
}

function namedTarget(
  upstream: z.output<typeof upstreamSchema>,
  environment: Environment,
): UpstreamTarget {
  const { apiKey, apiKeyEnv, models, profile, onClientGone, outputLimitParameter } = upstream;
  const { name, baseUrl, simulated } = upstream;
  const key = apiKey ?? (apiKeyEnv === undefined ? null : environment[apiKeyEnv]);
  if (key === undefined) {
    throw new ConfigError(`${apiKeyEnv}: needed by the upstream ${upstream.name}, but not set`);
  }
  const byName = Array.isArray(models)
    ? models.map((model) => [model, model] as const)
    : Object.entries(models ?? {});
  return {
    name,
    profile: {
      ...builtIn(profile),
      ...(onClientGone === undefined ? {} : { onClientGone }),
      ...(outputLimitParameter === undefined ? {} : { outputLimitParameter }),
    },
    baseUrl: baseUrl ?? builtIn(profile).baseUrl,
    apiKey: key,
    simulated,
    models: models === undefined ? null : new Map(byName),
  };
}

function builtIn(name: string): ProviderProfile {
  const profile = profileOf(name);
  if (profile === undefined) throw new RangeError(`no profile ${name} is built in`);
  return profile;
}
