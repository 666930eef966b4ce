/** The keys that an edge follows, each with the plan that is in force for it. @module */
import type { EdgeConfigPage, EdgeKey } from "../../shared/edge_config/mod.ts";

/** Keys by hash; reading is synchronous. */
export class FollowedKeys {
  /** As the ledger tells of them. */
  readonly #keys = new Map<string, EdgeKey>();
  /** Plans of whole accounts. */
  readonly #plans = new Map<string, string | null>();
  /** As they were found; the same object until something about the key changes. */
  readonly #found = new Map<string, EdgeKey>();

  /** Takes a page of news in. */
  apply({ keys, plans }: Pick<EdgeConfigPage, "keys" | "plans">): void {
    for (const key of keys) {
      this.#keys.set(key.keyHash, key);
      this.#found.delete(key.keyHash);
    }
    for (const { accountId, planId } of plans) this.#plans.set(accountId, planId);
    if (plans.length > 0) this.#found.clear();
  }

  /** The key with this hash, or undefined. Its `planId` is its own plan's, or else its account's. */
  find(keyHash: string): EdgeKey | undefined {
    const known = this.#found.get(keyHash);
    if (known !== undefined) return known;
    const key = this.#keys.get(keyHash);
    if (key === undefined) return undefined;
    const planId = key.planId ?? this.#plans.get(key.accountId) ?? null;
    const found = planId === (key.planId ?? null) ? key : { ...key, planId };
    this.#found.set(keyHash, found);
    return found;
  }
}
