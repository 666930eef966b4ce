/** Follows each shard's edge configuration: pages from a position, on broadcast and by the clock. @module */
import type { Bus } from "../../shared/bus/mod.ts";
import { subjects } from "../../shared/bus/mod.ts";
import {
  type EdgeConfigPage,
  edgeConfigPageSchema,
  type EdgeKey,
  type EdgeModel,
  type EdgeTerms,
} from "../../shared/edge_config/mod.ts";
import type { Effects } from "../../shared/effects.ts";
import type { Log } from "../../shared/log.ts";
import { createModelIndex, type ModelIndex } from "../../shared/models/mod.ts";
import { type EdgeRouting, FollowedRouting } from "./edge_routing.ts";
import { FollowedKeys } from "./followed_keys.ts";

/** How to follow. */
export interface FollowOptions {
  readonly bus: Bus;
  readonly effects: Effects;
  readonly log: Log;
  /** Number of shards, from 0 up. */
  readonly shards: number;
  /** Time between two looks when no broadcast comes, in milliseconds. */
  readonly everyMs: number;
  /** Without a successful look for this long the configuration counts as stale, in milliseconds. */
  readonly staleAfterMs: number;
}

/** The followed configuration; reading it is synchronous and never waits. */
export interface EdgeConfig {
  /** The key with this hash, or undefined. */
  findKey(keyHash: string): EdgeKey | undefined;
  /** The model of this name, or undefined when it isn't for sale. */
  findModel(model: string): EdgeModel | undefined;
  /** All models for sale, by name. */
  models(): readonly EdgeModel[];
  /** The models for sale by every name that means them, aliases included. */
  names(): ModelIndex<EdgeModel>;
  /** What turns provider rates into kyat, for display only; null before any is known. */
  terms(): EdgeTerms | null;
  /** Providers, their keys, routers and aliases. */
  readonly routing: EdgeRouting;
  /** Whether every shard was read completely, and recently enough to be relied on. */
  fresh(): boolean;
  /** Milliseconds since the shard that was read longest ago; null before the first full read. */
  ageMs(): number | null;
  /** Asks every shard now; resolves when the answers are in, or have failed. */
  refresh(): Promise<void>;
  /** Stops following; idempotent. */
  stop(): Promise<void>;
}

// A model with tiers takes up to two kilobytes, and a message on the bus one megabyte at most.
const PAGE_LIMIT = 400;
const REQUEST_TIMEOUT_MS = 2_000;

/** Starts following. The first read runs in the background: `fresh()` tells when it is done. */
export async function followEdgeConfig(options: FollowOptions): Promise<EdgeConfig> {
  const { clock, timers } = options.effects;
  const keys = new FollowedKeys();
  const models = new Map<string, EdgeModel>();
  const routing = new FollowedRouting();
  let names: ModelIndex<EdgeModel> | null = null;
  let inOrder: readonly EdgeModel[] | null = null;
  let terms: EdgeTerms | null = null;
  let stopped = false;

  const apply = (page: EdgeConfigPage) => {
    routing.apply(page);
    if (page.models.length + page.aliases.length > 0) names = inOrder = null;
    terms = page.terms ?? terms;
    keys.apply(page);
    for (const model of page.models) {
      if (model.withdrawn) models.delete(model.model);
      else models.set(model.model, model);
    }
  };
  const followers = Array.from(
    { length: options.shards },
    (_, shard) => createShardFollower(options, shard, apply, () => stopped),
  );
  const refresh = async () => {
    await Promise.all(followers.map((follower) => follower.refresh()));
  };
  const subscriptions = await Promise.all(
    followers.map((follower, shard) =>
      options.bus.subscribe(subjects.configChanged(shard), () => void follower.refresh())
    ),
  );
  const timer = timers.every(options.everyMs, () => void refresh());
  void refresh();

  const ageMs = () => {
    let oldest = Infinity;
    for (const follower of followers) oldest = Math.min(oldest, follower.readAtMs() ?? -Infinity);
    return Number.isFinite(oldest) ? clock.nowMs() - oldest : null;
  };
  return {
    findKey: (keyHash) => keys.find(keyHash),
    findModel: (model) => models.get(model),
    models: () => inOrder ??= [...models.values()].sort((a, b) => a.model < b.model ? -1 : 1),
    terms: () => terms,
    names: () => names ??= createModelIndex(models.values(), routing.aliases()),
    routing,
    ageMs,
    fresh() {
      const age = ageMs();
      return age !== null && age <= options.staleAfterMs;
    },
    refresh,
    async stop() {
      stopped = true;
      timer.cancel();
      await Promise.all(subscriptions.map((subscription) => subscription.stop()));
    },
  };
}

interface ShardFollower {
  refresh(): Promise<void>;
  readAtMs(): number | null;
}

function createShardFollower(
  options: FollowOptions,
  shard: number,
  apply: (page: EdgeConfigPage) => void,
  stopped: () => boolean,
): ShardFollower {
  const { clock } = options.effects;
  let position = "0";
  let readAtMs: number | null = null;
  let running: Promise<void> | null = null;
  let again = false;
  let failing = false;

  const readAll = async () => {
    for (let more = true; more && !stopped();) {
      // What is known is as old as the question, not as the answer.
      const askedAtMs = clock.nowMs();
      const page = edgeConfigPageSchema.parse(
        await options.bus.request(
          subjects.config(shard),
          { afterPosition: position, limit: PAGE_LIMIT },
          { timeoutMs: REQUEST_TIMEOUT_MS },
        ),
      );
      if (page.more && page.position === position) throw new Error("the feed does not advance");
      apply(page);
      position = page.position;
      more = page.more;
      if (!more) readAtMs = askedAtMs;
    }
  };
  const run = async () => {
    do {
      again = false;
      try {
        await readAll();
        if (failing) options.log.info("edge_config_recovered", { shard, position });
        failing = false;
      } catch (error) {
        if (!failing && !stopped()) {
          options.log.warn("edge_config_unavailable", { shard, error: asError(error) });
        }
        failing = true;
      }
    } while (again && !failing && !stopped());
  };
  return {
    readAtMs: () => readAtMs,
    refresh() {
      if (stopped()) return Promise.resolve();
      // A change that is announced while a page is under way may not be in that page.
      if (running !== null) again = true;
      running ??= run().finally(() => running = null);
      return running;
    },
  };
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}
