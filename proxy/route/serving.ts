/** Which provider serves which model, and under which name. @module */
import type { RoutableModel, RoutableProvider } from "./parts.ts";

/** Whether a router's word for a provider means this one. */
export function isCalled(provider: RoutableProvider, name: string): boolean {
  return provider.name === name || provider.prefixes.includes(name);
}

/** The providers of a deployment, by the names that models know them by. */
export class Serving<Provider extends RoutableProvider> {
  #prefixes: ReadonlySet<string> | null = null;

  /** `providers` are all that could serve, whether they have keys or not. */
  constructor(readonly providers: readonly Provider[]) {}

  /**
   * The model's name at the provider, or null when it isn't served there. A provider with a mapping
   * serves what stands in it; others serve what the model says, or what is named after them. A model
   * that is named after nobody is its maker's, and everybody's who takes any.
   */
  upstreamModel(provider: Provider, { model, providers, ownedBy }: RoutableModel): string | null {
    if (provider.models !== null) return provider.models.get(model) ?? null;
    const slash = model.indexOf("/");
    const prefix = slash > 0 ? model.slice(0, slash) : null;
    if (prefix !== null && isCalled(provider, prefix)) return model.slice(slash + 1);
    if (providers !== undefined && providers.length > 0) {
      const named = providers.some((name) => isCalled(provider, name));
      if (named) return model;
      return provider.servesAll && provider.simulated ? model : null;
    }
    if (prefix === null && ownedBy !== undefined && isCalled(provider, ownedBy)) return model;
    if (!provider.servesAll) return null;
    // Of a model that is named after another provider, this one knows nothing, unless it makes it up.
    return prefix === null || provider.simulated || !this.#isPrefix(prefix) ? model : null;
  }

  #isPrefix(name: string): boolean {
    this.#prefixes ??= new Set(this.providers.flatMap((each) => [each.name, ...each.prefixes]));
    return this.#prefixes.has(name);
  }

  /**
   * The models that a provider serves: of one that takes any model its own, if it has some. One that
   * makes answers up stands in for the others' models: its own are there to be named.
   */
  served<Model extends RoutableModel>(
    provider: Provider,
    models: readonly Model[],
  ): readonly Model[] {
    // What one that takes any model serves depends on the others.
    if (provider.servesAll) return this.#find(provider, models);
    const known = servedOf(models).get(provider);
    if (known !== undefined) return known as readonly Model[];
    const found = this.#find(provider, models);
    servedOf(models).set(provider, found);
    return found;
  }

  #find<Model extends RoutableModel>(provider: Provider, models: readonly Model[]): Model[] {
    const all = models.filter((model) => this.upstreamModel(provider, model) !== null);
    const meant = all.filter((model) => this.isOwn(provider, model) !== provider.simulated);
    return meant.length > 0 ? meant : all;
  }

  /** Whether the model is meant for this provider, and not just taken by it. */
  isOwn(provider: Provider, { model, providers, ownedBy }: RoutableModel): boolean {
    if (provider.models !== null) return provider.models.has(model);
    const slash = model.indexOf("/");
    const maker = slash > 0 ? model.slice(0, slash) : providers === undefined ? ownedBy : undefined;
    if (maker !== undefined && isCalled(provider, maker)) return true;
    return providers?.some((name) => isCalled(provider, name)) ?? false;
  }
}

type Served = WeakMap<RoutableProvider, readonly RoutableModel[]>;

/** What was found out of a list of models, for as long as somebody holds the list. */
const served = new WeakMap<readonly RoutableModel[], Served>();

function servedOf(models: readonly RoutableModel[]): Served {
  let known = served.get(models);
  if (known === undefined) served.set(models, known = new WeakMap());
  return known;
}
