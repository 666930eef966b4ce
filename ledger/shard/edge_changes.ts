/** Keys and models in the order of their newest change, so that an edge reads only news. @module */
import type { EdgeConfigPage, EdgeKey, EdgeModel } from "../../shared/edge_config/mod.ts";

interface ModelItem {
  readonly model: EdgeModel;
}

interface Change {
  readonly position: bigint;
  readonly item: { readonly key: EdgeKey } | ModelItem;
  /** A newer change of the same key or model stands further back. */
  superseded: boolean;
}

const COMPACT_ABOVE = 64;

/** The newest state of each key and model, oldest change first. */
export class EdgeChanges {
  #changes: Change[] = [];
  #superseded = 0;
  readonly #keys = new Map<string, Change & { item: { key: EdgeKey } }>();
  readonly #models = new Map<string, Change & { item: ModelItem }>();

  /** Notes the newest state of a key; positions only grow. */
  putKey(position: bigint, key: EdgeKey): void {
    const change = { position, item: { key }, superseded: false };
    this.#append(change, this.#keys.get(key.keyHash));
    this.#keys.set(key.keyHash, change);
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

  /** The newest state of a key by its hash, or null. */
  keyByHash(keyHash: string): EdgeKey | null {
    return this.#keys.get(keyHash)?.item.key ?? null;
  }

  /** What changed after `position`, at most `limit` (at least 1); constant time without news. */
  after(position: bigint, limit: number): EdgeConfigPage {
    const keys: EdgeKey[] = [];
    const models: EdgeModel[] = [];
    let reached = position;
    let more = false;
    for (let index = this.#firstAfter(position); index < this.#changes.length; index++) {
      const { item, superseded, position } = this.#changes[index]!;
      if (superseded) continue;
      if (keys.length + models.length === limit) {
        more = true;
        break;
      }
      if ("key" in item) keys.push(item.key);
      else models.push(item.model);
      reached = position;
    }
    return { position: reached.toString(), keys, models, more };
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
