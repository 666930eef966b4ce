/** Which target stands in for which provider, and what its models are called. @module */
import { createHash } from "node:crypto";
import { findApi } from "../../proxy/api/mod.ts";
import type { DialectName } from "../../proxy/dialects/mod.ts";
import { profileOf, type ProviderProfile } from "../../proxy/upstream/mod.ts";
import { identifierSchema } from "../../shared/ids/mod.ts";
import { clientRequest, type Recording, UNNAMED_MODEL } from "../../tests/recordings/mod.ts";
import { readRecording, RecordingError } from "./folder.ts";

/** One recording to be replayed; the recording itself is read again when its turn comes. */
export interface PlannedReplay {
  readonly path: string;
  /** The model as this product sells it. */
  readonly model: string;
}

/** A recording that can't be replayed, and why. */
export interface Unplayable {
  readonly path: string;
  readonly recording: Recording | null;
  readonly reason: "no_route" | "unreadable";
  readonly message: string;
}

/** A model of a target. */
export interface PlannedModel {
  readonly provider: string;
  /** As recorded. */
  readonly name: string;
}

/** An upstream of the proxy, standing in for one provider. */
export interface PlannedTarget {
  readonly name: string;
  readonly profile: ProviderProfile;
  /** By the name under which it is sold. */
  readonly models: Map<string, PlannedModel>;
  readonly replays: PlannedReplay[];
}

/** Everything that is to be replayed. */
export interface Plan {
  readonly targets: readonly PlannedTarget[];
  readonly unplayable: readonly Unplayable[];
}

/** A proxy takes at most a hundred targets; beyond this many, providers share one for each profile. */
const MAX_OWN_TARGETS = 60;

/** Who speaks a family of dialects where a provider's own profile, if any, does not. */
const FAMILIES: readonly (readonly [prefix: string, profile: readonly string[]])[] = [
  ["openai.", ["openai_compatible", "openai"]],
  ["anthropic.", ["anthropic"]],
  ["google.", ["google", "gemini"]],
  ["cohere.", ["cohere"]],
  ["ollama.", ["ollama"]],
  ["bedrock.", ["bedrock"]],
];

/** Reads each recording once, to know the targets and the models; keeps none of them. */
export async function planReplays(paths: readonly string[]): Promise<Plan> {
  const targets = new Map<string, PlannedTarget>();
  const unplayable: Unplayable[] = [];
  for (const path of paths) {
    const recording = await readRecording(path).catch((error) => {
      if (!(error instanceof RecordingError)) throw error;
      const reason = "unreadable" as const;
      unplayable.push({ path, recording: null, reason, message: error.message });
      return null;
    });
    if (recording === null) continue;
    const dialect = dialectNameOf(recording);
    const profile = dialect === null ? null : profileFor(recording.provider, dialect);
    if (dialect === null || profile === null) {
      const message = dialect === null
        ? `no path here takes calls of ${recording.api}`
        : `no profile of a provider speaks ${dialect}`;
      unplayable.push({ path, recording, reason: "no_route", message });
      continue;
    }
    const target = targetOf(targets, recording.provider, profile);
    const name = clientRequest(recording)?.model ?? UNNAMED_MODEL;
    const model = modelForSale(target, recording, name);
    target.models.set(model, { provider: recording.provider, name });
    target.replays.push({ path, model });
  }
  return { targets: [...targets.values()], unplayable };
}

/** The dialect in which a recording's call is made here; null when no path takes it. */
export function dialectNameOf(recording: Recording): DialectName | null {
  const path = clientRequest(recording)?.path;
  return path === undefined ? null : findApi(path.replace(/\?.*$/, ""))?.dialect ?? null;
}

/** The provider's own profile where it speaks the dialect, else one that does; null when none does. */
export function profileFor(provider: string, dialect: DialectName): ProviderProfile | null {
  const family = FAMILIES.find(([prefix]) => dialect.startsWith(prefix))?.[1] ?? [];
  // Some providers speak APIs of others beside their own, at other addresses.
  const names = [provider, `${provider}-openai`, `${provider}-anthropic`, ...family];
  for (const name of names) {
    const profile = profileOf(name);
    if (profile?.dialects[dialect] !== undefined) return profile;
  }
  return null;
}

function targetOf(
  targets: Map<string, PlannedTarget>,
  provider: string,
  profile: ProviderProfile,
): PlannedTarget {
  const own = slug(profile.name === provider ? provider : `${provider}-${profile.name}`, 40);
  const name = targets.has(own) || targets.size < MAX_OWN_TARGETS ? own : `any-${profile.name}`;
  const known = targets.get(name);
  if (known !== undefined) return known;
  const target = { name, profile, models: new Map(), replays: [] };
  targets.set(name, target);
  return target;
}

/**
 * `target/model`, so that a model leads to the target that stands in for the recording's provider. A
 * failure marks the model that it came from as unhealthy, so each failing recording has its own.
 */
function modelForSale(target: PlannedTarget, recording: Recording, model: string): string {
  const { provider } = recording;
  const name = `${target.name}/${model}`;
  const plain = identifierSchema.safeParse(name).success && name.length <= MOST_MODEL_LENGTH
    ? name
    : `${target.name}/${slug(model, 60)}`;
  if (hasFailed(recording)) return `${plain}@failed-${target.replays.length}`;
  const known = target.models.get(plain);
  // Where providers share a target, their models of one name don't share a price.
  return known === undefined || known.provider === provider
    ? plain
    : `${plain}@${slug(provider, 20)}`;
}

/** Leaves room for what is put behind a name. */
const MOST_MODEL_LENGTH = 100;

function hasFailed({ response, tags }: Recording): boolean {
  return response.status >= 400 || tags.includes("midstream-error") ||
    tags.includes("error-in-200");
}

/** A name that is an identifier; two names never have the same. */
function slug(text: string, most: number): string {
  const plain = text.replace(/[^A-Za-z0-9._-]+/g, "-").replace(/^[^A-Za-z0-9]+/, "");
  if (plain === text && plain.length <= most) return plain;
  const hash = createHash("sha256").update(text).digest("hex").slice(0, 8);
  return `${plain.slice(0, most - 9)}-${hash}`.replace(/^-/, "");
}

/**
 * The setting SARGALAY_UPSTREAMS of a proxy that is to send its calls to the replaying upstream. The
 * targets need no key: one that a recorded provider refuses would not be used again for a while.
 */
export function upstreamsSetting(plan: Plan, upstreamUrl: string): string {
  return JSON.stringify(plan.targets.map(({ name, profile, models }) => ({
    name,
    profile: profile.name,
    baseUrl: `${upstreamUrl}/${name}`,
    models: Object.fromEntries([...models.keys()].map((model) => [model, upstreamName(model)])),
  })));
}

/** What the provider calls the model: all behind the target's name, as far as a setting can say it. */
function upstreamName(sold: string): string {
  const name = sold.slice(sold.indexOf("/") + 1);
  return identifierSchema.safeParse(name).success ? name : slug(name, 60);
}
