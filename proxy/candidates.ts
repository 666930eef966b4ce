/** The targets of a call: what they are, what a hold must say of them, and the pass of each. @module */
import type { EdgeModel } from "../shared/edge_config/mod.ts";
import type { Attempt, RoutingFacts } from "../shared/events/mod.ts";
import { identifierSchema } from "../shared/ids/mod.ts";
import type { UsageClass } from "../shared/usage/mod.ts";
import type { ProxyDeps } from "./app.ts";
import type { CallRequest } from "./dialects/mod.ts";
import { type HealthAttempt, neuronsOf, reserveAllowance } from "./health/mod.ts";
import type { HoldRequest } from "./hold/mod.ts";
import type { ChosenKey } from "./keys/mod.ts";
import type { Route } from "./route/mod.ts";
import type { UpstreamTarget } from "./upstream/mod.ts";

/** One target to try, for one model for sale. */
export interface Candidate extends Route<UpstreamTarget> {
  readonly model: EdgeModel;
  /** The key that the target is called with. */
  readonly key: ChosenKey;
  /** Estimated cost at the provider's own rates, for allowances only; null without rates. */
  readonly costPicoUsd: bigint | null;
}

/** A way through a call, best first; never empty. */
export interface CallPlan {
  readonly candidates: readonly [Candidate, ...Candidate[]];
  /** How they were chosen; null where the name left no choice. */
  readonly routing: RoutingFacts | null;
}

/**
 * What a hold must say so that it covers every candidate: other models, whose key pays, and the
 * classes that can occur, whichever of the `ways` the call goes. Nobody's key pays for a call that no
 * provider bills.
 */
export function holdTermsOf(
  { candidates }: CallPlan,
  { model: name, free }: Pick<CallRequest, "model" | "free">,
  ways: readonly Pick<CallRequest, "classes">[],
): Pick<HoldRequest, "model" | "alternatives" | "askedModel" | "billing" | "classes"> {
  const [{ model }] = candidates;
  const others = new Set(candidates.map((each) => each.model.model));
  others.delete(model.model);
  const own = candidates.filter(({ key }) => key.own).length;
  return {
    model: model.model,
    ...(others.size === 0 ? {} : { alternatives: [...others] }),
    ...(name === model.model || !identifierSchema.safeParse(name).success
      ? {}
      : { askedModel: name }),
    ...classesOf(ways),
    ...(free === true ? { billing: "free" } : ownBilling(own, candidates.length)),
  };
}

function ownBilling(own: number, all: number): Pick<HoldRequest, "billing"> {
  if (own === 0) return {};
  return { billing: own === all ? "own_key" : "either" };
}

/**
 * Asks whether a candidate may be tried now, and sets its part of a free allowance aside; null when
 * it is unhealthy or the allowance does not carry it.
 */
export function enterCandidate(
  { health: { store, neurons } }: Pick<ProxyDeps, "health">,
  { target, upstreamModel, key, costPicoUsd }: Candidate,
): HealthAttempt | null {
  const attempt = store.enter({ provider: target.name, upstreamModel, keyId: key.keyId });
  const reserved = attempt === null ? null : reserveAllowance(neurons, key, costPicoUsd);
  if (attempt === null || reserved === null) {
    attempt?.abandoned();
    return null;
  }
  return {
    probe: attempt.probe,
    succeeded(firstByteMs) {
      reserved.settle(neuronsOf(costPicoUsd ?? 0n));
      attempt.succeeded(firstByteMs);
    },
    failed(mark) {
      reserved.release();
      // What a customer's own account may not do, others still may.
      attempt.failed(key.own && mark.isOfAccount === true ? { ...mark, marks: "nothing" } : mark);
    },
    abandoned() {
      reserved.release();
      attempt.abandoned();
    },
  };
}

/** A plan without the candidates of some models; as it is when none would be left. */
export function withoutModels(plan: CallPlan, models: readonly string[]): CallPlan {
  if (models.length === 0) return plan;
  const [first, ...rest] = plan.candidates.filter(({ model }) => !models.includes(model.model));
  return first === undefined ? plan : { ...plan, candidates: [first, ...rest] };
}

/** The windows that no candidate's model exceeds, and what any of them can do. */
export function widestOf(
  { candidates }: CallPlan,
): Pick<EdgeModel, "contextWindowTokens" | "maxOutputTokens" | "capabilities"> {
  const models = candidates.map(({ model }) => model);
  const known = models.every(({ capabilities }) => capabilities !== undefined);
  return {
    contextWindowTokens: Math.max(...models.map((model) => model.contextWindowTokens)),
    maxOutputTokens: Math.max(...models.map((model) => model.maxOutputTokens)),
    capabilities: known ? models.flatMap(({ capabilities }) => capabilities ?? []) : undefined,
  };
}

function classesOf(
  ways: readonly Pick<CallRequest, "classes">[],
): { readonly classes?: UsageClass[] } {
  const named = ways.flatMap(({ classes }) => classes ?? []);
  return ways.some(({ classes }) => classes === null) ? {} : { classes: [...new Set(named)] };
}

/** What a record says of an attempt beyond what the relay saw. */
export function attemptFacts({ model, key: { level } }: Candidate): Partial<Attempt> {
  return { model: model.model, ...(level === "none" ? {} : { keyLevel: level }) };
}
