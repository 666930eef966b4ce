/** What edges follow, in the order of its newest change, so that an edge reads only news. @module */
import type {
  EdgeAlias,
  EdgeConfigPage,
  EdgeKey,
  EdgeModel,
  EdgePlan,
  EdgeProvider,
  EdgeProviderKey,
  EdgeRouter,
  EdgeTerms,
} from "../../shared/edge_config/mod.ts";
import { stringifyWithBigint } from "../../shared/json.ts";

interface ModelItem {
  readonly model: EdgeModel;
}

/** One thing about routing. */
export type RoutingItem =
  | { readonly provider: EdgeProvider }
  | { readonly providerKey: EdgeProviderKey }
  | { readonly router: EdgeRouter }
  | { readonly alias: EdgeAlias };

interface Change {
  readonly position: bigint;
  readonly item:
    | { readonly key: EdgeKey }
    | ModelItem
    | { readonly plan: EdgePlan }
    | RoutingItem
    | { readonly terms: EdgeTerms };
  /** A newer change of the same thing stands further back. */
  superseded: boolean;
  /** Its length in a page; unknown until it was in one. */
  characters?: number;
}

const COMPACT_ABOVE = 64;

/** Where a page ends: a message on the bus has one megabyte at most. */
export const PAGE_CHARACTERS = 400_000;

/** The newest state of each thing that edges follow, oldest change first. */
export class EdgeChanges {
  #changes: Change[] = [];
  #superseded = 0;
  readonly #keys = new Map<string, Change & { item: { key: EdgeKey } }>();
  readonly #models = new Map<string, Change & { item: ModelItem }>();
  readonly #routing = new Map<string, Change & { item: RoutingItem }>();
  readonly #plans = new Map<string, Change>();
  #terms: Change | undefined;

  /** Notes the newest state of a key; positions only grow. */
  putKey(position: bigint, key: EdgeKey): void {
    const change = { position, item: { key }, superseded: false };
    this.#append(change, this.#keys.get(key.keyHash));
    this.#keys.set(key.keyHash, change);
  }

  /** Notes the plan of an account; positions only grow. */
  putPlan(position: bigint, plan: EdgePlan): void {
    const change = { position, item: { plan }, superseded: false };
    this.#append(change, this.#plans.get(plan.accountId));
    this.#plans.set(plan.accountId, change);
  }

  /** Notes the newest state of a model; positions only grow. */
  putModel(position: bigint, model: EdgeModel): void {
    const change = { position, item: { model }, superseded: false };
    this.#append(change, this.#models.get(model.model));
    this.#models.set(model.model, change);
  }

  /** Notes that a model is no longer for sale. Throws RangeError when it never was. */
  withdrawModel(position: bigint, name: string): void {
    const known = this.#models.get(name);
    if (known === undefined) throw new RangeError(`model ${name} was never for sale`);
    this.putModel(position, { ...known.item.model, withdrawn: true });
  }

  /** Notes the terms in force; positions only grow. */
  putTerms(position: bigint, terms: EdgeTerms): void {
    const change = { position, item: { terms }, superseded: false };
    this.#append(change, this.#terms);
    this.#terms = change;
  }

  /** Notes the newest state of something about routing; positions only grow. */
  putRouting(position: bigint, item: RoutingItem): void {
    const name = nameOf(item);
    const change = { position, item, superseded: false };
    this.#append(change, this.#routing.get(name));
    this.#routing.set(name, change);
  }

  /** Notes that a provider's key is gone, with its envelope. Throws RangeError when it never was. */
  removeProviderKey(position: bigint, keyId: string, keyVersion: number): void {
    const item = this.#routing.get(`key ${keyId}`)?.item;
    if (item === undefined || !("providerKey" in item)) {
      throw new RangeError(`provider key ${keyId} was never stored`);
    }
    const providerKey = { ...item.providerKey, keyVersion, envelope: null };
    this.putRouting(position, { providerKey });
  }

  /** The newest state of a key by its hash, or null. */
  keyByHash(keyHash: string): EdgeKey | null {
    return this.#keys.get(keyHash)?.item.key ?? null;
  }

  /**
   * What changed after `position`, at most `limit` (at least 1) things and about
   * {@link PAGE_CHARACTERS}; constant time without news.
   */
  after(position: bigint, limit: number): EdgeConfigPage {
    const page = emptyPage();
    let reached = position;
    let more = false;
    let taken = 0;
    let characters = 0;
    for (let index = this.#firstAfter(position); index < this.#changes.length; index++) {
      const change = this.#changes[index]!;
      const { item, superseded, position } = change;
      if (superseded) continue;
      change.characters ??= stringifyWithBigint(item).length;
      characters += change.characters;
      if (taken === limit || (taken > 0 && characters > PAGE_CHARACTERS)) {
        more = true;
        break;
      }
      taken++;
      put(page, item);
      reached = position;
    }
    return { position: reached.toString(), ...page, more };
  }

  #append(change: Change, previous: Change | undefined): void {
    if (previous !== undefined) {
      previous.superseded = true;
      this.#superseded++;
    }
    this.#changes.push(change);
    // Dropping half of the list each time half of it is stale keeps an append constant on average.
    if (this.#superseded > COMPACT_ABOVE && this.#superseded * 2 > this.#changes.length) {
      this.#changes = this.#changes.filter((one) => !one.superseded);
      this.#superseded = 0;
    }
  }

  #firstAfter(position: bigint): number {
    const last = this.#changes.at(-1);
    if (last === undefined || last.position <= position) return this.#changes.length;
    let low = 0;
    let high = this.#changes.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#changes[middle]!.position <= position) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

type PageItems = Omit<EdgeConfigPage, "position" | "more">;

function emptyPage(): PageItems {
  return {
    keys: [],
    models: [],
    plans: [],
    providers: [],
    providerKeys: [],
    routers: [],
    aliases: [],
  };
}

function put(page: PageItems, item: Change["item"]): void {
  if ("key" in item) page.keys.push(item.key);
  else if ("model" in item) page.models.push(item.model);
  else if ("plan" in item) page.plans.push(item.plan);
  else if ("provider" in item) page.providers.push(item.provider);
  else if ("providerKey" in item) page.providerKeys.push(item.providerKey);
  else if ("router" in item) page.routers.push(item.router);
  else if ("terms" in item) page.terms = item.terms;
  else page.aliases.push(item.alias);
}

function nameOf(item: RoutingItem): string {
  if ("provider" in item) return `provider ${item.provider.provider}`;
  if ("providerKey" in item) return `key ${item.providerKey.keyId}`;
  if ("router" in item) return `router ${item.router.routerId}`;
  return `alias ${item.alias.alias}`;
}
