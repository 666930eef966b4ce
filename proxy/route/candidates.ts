/** Finding the targets that may be tried, and noting why others may not. @module */
import { bareModelName } from "../../shared/models/mod.ts";
import { AUTO_MODEL, type RouterTarget, type Strategy } from "../../shared/routing/mod.ts";
import { misfit } from "./fit.ts";
import { type Candidate, inOrder } from "./order.ts";
import type {
  CallNeeds,
  RoutableModel,
  RoutableProvider,
  RouteWorld,
  SkippedTarget,
} from "./parts.ts";
import { costOf, estimatedQuality, speedOf } from "./scores.ts";
import { isCalled, Serving } from "./serving.ts";

const COOLING_DOWN = "unhealthy, cooling down";
const MOST_SKIPPED = 32;
/** Targets of a free choice. */
const MOST_CHOSEN = 6;
const MOST_CHOSEN_OF_ONE = 2;

/** The candidates of one call. What is left out is noted in `skipped`, at most 32. */
export class Candidates<Provider extends RoutableProvider, Model extends RoutableModel> {
  readonly skipped: SkippedTarget[] = [];
  readonly #serving: Serving<Provider>;
  readonly #isReady = new Map<Provider, boolean>();

  /** `quality` are figures that somebody set, by model. */
  constructor(
    readonly world: RouteWorld<Provider, Model>,
    readonly needs: CallNeeds,
    readonly quality: Readonly<Record<string, number>> = {},
  ) {
    this.#serving = new Serving(world.providers);
  }

  /** Every provider of each model that was named, in the order of models and then of priority. */
  ofModels(models: readonly Model[], reason: string): Candidate<Provider, Model>[] {
    const found = this.#named(models, this.#ready(), { reason });
    // Made-up answers come after all others.
    const { real, simulated } = byReality(found);
    return [...real, ...simulated];
  }

  /** What a router's target stands for. */
  ofTarget(
    target: RouterTarget,
    asked: readonly Model[] | null,
    reason: string,
  ): Candidate<Provider, Model>[] {
    const { provider: named, weight = 1 } = target;
    const providers = this.#ready(named);
    const how = { reason, weight };
    const at = (models: readonly Model[]) =>
      this.#named(models.filter((model) => this.world.isAllowed(model)), providers, how);
    if (target.model !== AUTO_MODEL) {
      if (target.model !== null) return at(this.world.names.resolve(target.model));
      if (asked === null) this.#skip(named ?? "any", AUTO_MODEL, "no model was asked for");
      return at(asked ?? []);
    }
    const same = at(asked ?? []);
    if (same.length > 0) return same;
    return providers.flatMap((provider) => this.#bestAt(provider, how));
  }

  /**
   * The best that fit the call, over all models and all providers that are no last resort: few,
   * because the hold must cover the dearest, and of several providers, because they fail as a whole.
   */
  best(strategy: Strategy, draw: () => number): readonly Candidate<Provider, Model>[] {
    const found = this.#ready().filter((provider) => !this.#isLastResort(provider))
      .flatMap((provider) => this.#fitting(provider, { reason: "fits" }));
    const { real, simulated } = byReality(found);
    const ordered = (some: typeof found) => inOrder(some, strategy, { needs: this.needs, draw });
    return [
      ...spread(ordered(real)).slice(0, MOST_CHOSEN),
      ...ordered(simulated).slice(0, 1),
    ];
  }

  /** The best that fits at each provider which is there for want of any other. */
  lastResorts(): Candidate<Provider, Model>[] {
    return this.#ready().filter((provider) => this.#isLastResort(provider))
      .flatMap((provider) => this.#bestAt(provider, { reason: "last resort" }));
  }

  /** Models that were named, at providers; a name means one model at each of them. */
  #named(
    models: readonly Model[],
    providers: readonly Provider[],
    how: How,
  ): Candidate<Provider, Model>[] {
    const served = models.flatMap((model) => providers.map((provider) => ({ provider, model })))
      .filter(({ provider, model }) => this.#serving.upstreamModel(provider, model) !== null);
    const [only] = served;
    if (only === undefined) return [];
    if (served.length === 1) return this.#candidate(only.provider, only.model, how);
    const taken = new Map<string, boolean>();
    const placeOf = (provider: Provider, model: Model) =>
      `${provider.name} ${bareModelName(model.model)}`;
    const pairs = served
      .map((pair) => ({ ...pair, own: this.#serving.isOwn(pair.provider, pair.model) }));
    for (const { provider, model, own } of pairs) {
      if (own) taken.set(placeOf(provider, model), true);
    }
    return pairs.flatMap(({ provider, model, own }) => {
      // Who takes any model is asked for the one of its own, else for the first that was named.
      if (!own && taken.has(placeOf(provider, model))) return [];
      taken.set(placeOf(provider, model), true);
      return this.#candidate(provider, model, how);
    });
  }

  #isLastResort(provider: Provider): boolean {
    return provider.lastResort || (this.world.onFreeAllowance?.(provider) ?? false);
  }

  #bestAt(provider: Provider, how: How): Candidate<Provider, Model>[] {
    const found = this.#fitting(provider, how);
    return inOrder(found, "auto", { needs: this.needs, draw: this.world.draw }).slice(0, 1)
      .map((one) => ({
        ...one,
        reasons: [how.reason, ...one.reasons.filter((reason) => reason !== how.reason)],
      }));
  }

  /** What a provider has that fits. */
  #fitting(provider: Provider, how: How): Candidate<Provider, Model>[] {
    const { world, needs } = this;
    const models = this.#serving.served(provider, world.models).filter((model) =>
      misfit(model, needs, world.nowMs) === null && world.isAllowed(model)
    );
    if (models.length === 0) this.#skip(provider.name, AUTO_MODEL, "nothing there fits the call");
    return models.flatMap((model) => this.#candidate(provider, model, how));
  }

  /** The providers with a usable key that are not unhealthy, all or those that are called so. */
  #ready(named: string | null = null): Provider[] {
    return this.world.providers.filter((provider) => {
      if (named !== null && !isCalled(provider, named)) return false;
      let isReady = this.#isReady.get(provider);
      if (isReady === undefined) {
        this.#isReady.set(provider, isReady = this.world.hasKey(provider));
        if (!isReady) this.#skip(provider.name, "any", "no usable key");
        else if (this.world.health.providerPhase(provider.name) === "open") {
          this.#skip(provider.name, "any", COOLING_DOWN);
          this.#isReady.set(provider, isReady = false);
        }
      }
      return isReady;
    });
  }

  #candidate(provider: Provider, model: Model, how: How): Candidate<Provider, Model>[] {
    const upstreamModel = this.#serving.upstreamModel(provider, model);
    if (upstreamModel === null) return [];
    const { health } = this.world;
    const phase = health.phase(provider.name, upstreamModel);
    if (phase === "open") {
      this.#skip(provider.name, model.model, COOLING_DOWN);
      return [];
    }
    const costPicoUsd = costOf(model, this.needs);
    const dear = this.world.tooDear(provider, costPicoUsd);
    if (dear !== null) {
      this.#skip(provider.name, model.model, dear);
      return [];
    }
    const set = Object.hasOwn(this.quality, model.model) ? this.quality[model.model] : undefined;
    const latencyMs = health.latencyMs(provider.name, upstreamModel);
    return [{
      provider,
      model,
      upstreamModel,
      figures: {
        costPicoUsd,
        latencyMs,
        quality: set ?? estimatedQuality(model),
        speed: speedOf(latencyMs),
      },
      qualityIsSet: set !== undefined,
      weight: how.weight ?? 1,
      reasons: phase === "half_open" ? [how.reason, "a probe after a failure"] : [how.reason],
    }];
  }

  #skip(provider: string, model: string, reason: string): void {
    if (this.skipped.length < MOST_SKIPPED) this.skipped.push({ provider, model, reason });
  }
}

interface How {
  readonly reason: string;
  readonly weight?: number;
}

/** The first two of each provider. */
function spread<Provider extends RoutableProvider, Model extends RoutableModel>(
  candidates: readonly Candidate<Provider, Model>[],
): Candidate<Provider, Model>[] {
  const taken = new Map<Provider, number>();
  return candidates.filter(({ provider }) => {
    const count = (taken.get(provider) ?? 0) + 1;
    taken.set(provider, count);
    return count <= MOST_CHOSEN_OF_ONE;
  });
}

function byReality<Provider extends RoutableProvider, Model extends RoutableModel>(
  candidates: readonly Candidate<Provider, Model>[],
) {
  const { real = [], simulated = [] } = Object.groupBy(
    candidates,
    ({ provider }) => provider.simulated ? "simulated" : "real",
  );
  return { real, simulated };
}
