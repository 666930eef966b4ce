/** Where a call may go: the targets that serve what was asked for, best first. @module */
import type { EdgeKey, EdgeModel } from "../shared/edge_config/mod.ts";
import { failure, FailureError } from "../shared/errors.ts";
import type { ModelKind } from "../shared/models/mod.ts";
import { isModelAllowed } from "../shared/key_settings/mod.ts";
import { STRATEGIES, type Strategy } from "../shared/routing/mod.ts";
import type { Usage } from "../shared/usage/mod.ts";
import type { ProxyDeps } from "./app.ts";
import type { Caller } from "./authenticate/mod.ts";
import type { CallPlan, Candidate } from "./candidates.ts";
import { overAllowance } from "./health/mod.ts";
import { type ChosenKey, usableKeys } from "./keys/mod.ts";
import { noCandidate, notForSale } from "./no_candidate.ts";
import type { Provider } from "./providers.ts";
import {
  type CallModality,
  type Resolution,
  resolve,
  routingFactsOf,
  seededDraw,
} from "./route/mod.ts";
import type { UpstreamTarget } from "./upstream/mod.ts";

/** What is asked for. */
export interface PlanQuestion {
  readonly requestId: string;
  readonly caller: Caller;
  /** The model as the client named it. */
  readonly name: string;
  readonly kind: ModelKind;
  /** Whether a provider can take such a call at all. */
  readonly takes: (provider: Provider) => boolean;
  readonly headers: Headers;
  readonly inputTokens: number;
  readonly outputTokens: number | null;
  readonly units: Usage;
  readonly inputModalities: readonly CallModality[];
  readonly capabilities: readonly string[];
  readonly streaming: boolean;
}

/** Most tries of one call; its settlement lists as many. */
const MAX_CANDIDATES = 16;

/** Keys of one provider that one call tries at most. */
const KEYS_PER_PROVIDER = 3;

/**
 * Plans a call. Throws FailureError `model_not_found` when nobody here sells or serves that name,
 * `model_not_allowed` when this key may not call it, `no_provider_available` when what serves it has
 * no usable key or is cooling down, and `invalid_request` for a strategy that there is not.
 */
export function planCall(deps: ProxyDeps, question: PlanQuestion): CallPlan {
  const known = new Map<Provider, readonly ChosenKey[]>();
  const keysOf = (provider: Provider) => {
    const keys = known.get(provider) ?? usableKeysOf(deps, question.caller.key, provider);
    known.set(provider, keys);
    return keys;
  };
  const resolution = resolve(requestOf(deps, question), worldOf(deps, question, keysOf));
  // A key that turns out to be refused or used up is followed by the next one at the same provider.
  const candidates = resolution.targets.flatMap(({ provider, upstreamModel, model, costPicoUsd }) =>
    keysOf(provider).map((key): Candidate => ({
      target: targetOf(provider, key),
      upstreamModel,
      model,
      key,
      costPicoUsd,
    }))
  ).slice(0, MAX_CANDIDATES);
  const [first, ...rest] = withoutStandIns(candidates, resolution);
  if (first === undefined) throw nothingLeft(deps, question, resolution);
  const choice = resolution.router !== null || resolution.strategy !== "manual" || rest.length > 0;
  return {
    candidates: [first, ...rest],
    routing: choice ? routingFactsOf(question.name, resolution) : null,
  };
}

/** The first model for sale that a name means. Throws FailureError `model_not_found`. */
export function modelOf(deps: ProxyDeps, name: string): EdgeModel {
  const model = deps.config.names().resolve(name).find((each) => isServed(deps, each));
  if (model === undefined) throw notForSale(name);
  return model;
}

/** Whether somebody here serves the model. */
export function isServed(deps: ProxyDeps, { model, providers }: EdgeModel): boolean {
  return deps.providers.all().some((provider) =>
    provider.models !== null
      ? provider.models.has(model)
      : provider.servesAll || isNamed(provider, model.split("/")[0] ?? "") ||
        (providers ?? []).some((name) => isNamed(provider, name))
  );
}

/**
 * A provider as a target, with the key that something was begun with there; the caller must still be
 * one who may use it. Throws FailureError `no_provider_available` when either is gone.
 */
export function targetFor(
  deps: ProxyDeps,
  { key }: Caller,
  providerName: string,
  keyId: string | null,
): UpstreamTarget {
  const provider = deps.providers.all().find(({ name }) => name === providerName);
  const used = provider && usableKeysOf(deps, key, provider).find((each) => each.keyId === keyId);
  if (provider !== undefined && used !== undefined) return targetOf(provider, used);
  const message = `${providerName} can't be asked now with the key that this was begun with.`;
  throw new FailureError(failure("no_provider_available", message, { retryAfterMs: 5_000 }));
}

function isNamed({ name, prefixes }: Provider, called: string): boolean {
  return name === called || prefixes.includes(called);
}

function usableKeysOf(deps: ProxyDeps, key: EdgeKey, provider: Provider): readonly ChosenKey[] {
  const { config, keyring, health } = deps;
  const { accountId, userId, planId } = key;
  const owner = {
    accountId,
    userId: userId ?? null,
    tier: planId ?? null,
  };
  return usableKeys(provider, owner, {
    providerKeys: config.routing.providerKeys.bind(config.routing),
    secretOf: keyring.secretOf,
    isHealthy: (keyId) => health.store.keyPhase(keyId) !== "open",
  }, KEYS_PER_PROVIDER).keys;
}

function requestOf(deps: ProxyDeps, question: PlanQuestion) {
  const { key } = question.caller;
  const asked = question.headers.get("x-sargalay-strategy");
  if (asked !== null && !(STRATEGIES as readonly string[]).includes(asked)) {
    throw new FailureError(
      failure("invalid_request", `There is no strategy ${JSON.stringify(asked.slice(0, 50))}.`, {
        param: "x-sargalay-strategy",
      }),
    );
  }
  const router = key.routerId == null ? undefined : deps.config.routing.router(key.routerId);
  if (key.routerId != null && router === undefined) {
    throw new FailureError(
      failure(
        "model_not_found",
        `The API key's router ${JSON.stringify(key.routerId)} is not there or disabled, and no ` +
          "other way is taken in its place. Attach another one to the key.",
        { param: "model" },
      ),
    );
  }
  const tags = question.headers.get("x-sargalay-tags")?.slice(0, 1_000).split(",") ?? [];
  return {
    name: question.name,
    keyRouter: router ?? null,
    strategy: asked as Strategy | null,
    needs: {
      kind: question.kind,
      inputTokens: question.inputTokens,
      outputTokens: question.outputTokens,
      units: question.units,
      inputModalities: question.inputModalities,
      capabilities: question.capabilities,
      excludes: [],
      streaming: question.streaming,
      tags: [...key.tags ?? [], ...tags.map((tag) => tag.trim()).filter((tag) => tag !== "")],
      keyId: key.keyId,
    },
  };
}

function worldOf(
  deps: ProxyDeps,
  { caller: { key }, takes, requestId }: PlanQuestion,
  keysOf: (provider: Provider) => readonly ChosenKey[],
) {
  const { config, health, effects } = deps;
  return {
    providers: deps.providers.all().filter(takes),
    models: config.models(),
    names: config.names(),
    router: config.routing.router.bind(config.routing),
    hasKey: (provider: Provider) => keysOf(provider).length > 0,
    isAllowed: (model: EdgeModel) => isModelAllowed(key.allowedModels ?? null, model),
    tooDear: (provider: Provider, costPicoUsd: bigint | null) =>
      overAllowance(health.neurons, keysOf(provider)[0] ?? null, costPicoUsd),
    health: health.store,
    nowMs: effects.clock.nowMs(),
    draw: seededDraw(requestId),
  };
}

function targetOf(provider: Provider, key: ChosenKey): UpstreamTarget {
  const { name, profile, baseUrl, simulated } = provider;
  return { name, profile, baseUrl, simulated, apiKey: key.secret, models: null };
}

/**
 * What is made up never stands in for a provider that was meant, unless a router says so: it stays
 * only where there is nothing else.
 */
function withoutStandIns(
  candidates: readonly Candidate[],
  { router }: Resolution<Provider, EdgeModel>,
): readonly Candidate[] {
  const real = candidates.filter(({ target }) => !target.simulated);
  return router !== null || real.length === 0 ? candidates : real;
}

function nothingLeft(
  deps: ProxyDeps,
  { name, caller: { key } }: PlanQuestion,
  { refusal, skipped }: Resolution<Provider, EdgeModel>,
): FailureError {
  const named = deps.config.names().resolve(name);
  const allowed = named.filter((model) => isModelAllowed(key.allowedModels ?? null, model));
  return noCandidate({
    name,
    keyId: key.keyId,
    isKnown: named.length > 0,
    isAllowed: allowed.length > 0,
    isServed: allowed.some((model) => isServed(deps, model)),
    skipped: refusal === "no_target_left" ? skipped : [],
  });
}
