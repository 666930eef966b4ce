/** The loop that keeps projections up with the log. @module */
import type { Bus, BusSubscription } from "../../shared/bus/mod.ts";
import { subjects } from "../../shared/bus/mod.ts";
import type { Timers } from "../../shared/effects.ts";
import type { Log } from "../../shared/log.ts";
import type { LogEvent, LogReader } from "../log/mod.ts";
import type { Projection } from "../projection/mod.ts";
import type { Queryable } from "../table/mod.ts";
import { listBehind } from "./checkpoint.ts";
import { step, type StepResult } from "./step.ts";

/** What a runner works with. */
export interface RunnerOptions {
  readonly db: Queryable;
  readonly reader: LogReader;
  readonly projections: readonly Projection[];
  readonly shards: number;
  /** Wakes the runner early; null: it only polls. */
  readonly bus: Bus | null;
  readonly timers: Timers;
  readonly log: Log;
  /** How often it looks without being woken, in milliseconds; 500 when absent. */
  readonly pollMs?: number;
  /**
   * How long it rests between rounds, in milliseconds; 100 when absent. What is committed meanwhile
   * is applied together, so that a busy ledger does not pay for a transaction per commit here.
   */
  readonly restMs?: number;
}

/** What the live runner has just applied and committed. */
export interface LiveEvents {
  readonly projection: string;
  readonly shard: number;
  /** In the order of their positions. */
  readonly events: readonly LogEvent[];
}

/** Keeps projections up with the log until it is stopped. */
export interface Runner {
  /** Begins; resolves once it listens. */
  start(): Promise<void>;
  /** Applies everything that the log has now; resolves when all projections are idle or paused. */
  catchUp(): Promise<void>;
  /** Calls `listener` after each transaction that moved a projection; the result removes it. */
  onAdvance(listener: (projection: string) => void): () => void;
  /**
   * Calls `listener` with the events of each transaction after its commit: the one place for what
   * leaves the room, such as alerts. A rebuild and a rollback never call it. At most once for each
   * event and process that applied it: what a crash leaves between commit and call is not repeated.
   * An event may be old, after an outage: `recordedAtMs` says so. A listener must not throw.
   */
  onLive(listener: (live: LiveEvents) => void): () => void;
  /** Finishes the transaction in hand and stops; idempotent. */
  stop(): Promise<void>;
}

/** A runner over all shards. Several processes may each have one: whoever comes first, works. */
export function createRunner(options: RunnerOptions): Runner {
  const { projections, shards, bus, timers } = options;
  const listeners = new Set<(projection: string) => void>();
  const liveListeners = new Set<(live: LiveEvents) => void>();
  const paused = new Map<string, string>();
  const subscriptions: BusSubscription[] = [];
  const rest = () => stopped ? Promise.resolve() : timers.sleep(options.restMs ?? 100);
  const loops = Array.from({ length: shards }, (_, shard) => createLoop(() => round(shard), rest));
  let stopped = false;
  let poll: { cancel(): void } | null = null;

  const report = (projection: Projection, shard: number, result: StepResult) => {
    const key = `${projection.name}/${shard}`;
    if (result.status === "advanced") {
      paused.delete(key);
      for (const listener of listeners) listener(projection.name);
      const live = { projection: projection.name, shard, events: result.events };
      for (const listener of liveListeners) listener(live);
    } else if (result.status === "paused" && paused.get(key) !== result.error) {
      paused.set(key, result.error);
      const { position, error } = result;
      options.log.error("projection_paused", {
        projection: projection.name,
        shard,
        position,
        error,
      });
    }
  };
  /** Runs `work`; null when it failed, which is told: the next round tries again. */
  const trying = async <T>(work: Promise<T>, shard: number, projection: string | null) => {
    try {
      return await work;
    } catch (error) {
      const reason = error instanceof Error ? error : new Error(String(error));
      options.log.warn("projection_retries", { projection, shard, reason });
      return null;
    }
  };
  /** All projections one batch each, so that they share what was read; until the log's end. */
  const round = async (shard: number) => {
    let moved = true;
    while (moved && !stopped) {
      moved = false;
      const behind = await trying(listBehind(options.db, shard), shard, null);
      // Rows of another version are left alone: a rebuild replaces them.
      const due = projections.filter(({ name, version }) => behind?.get(name) === version);
      for (const projection of due) {
        if (stopped) return;
        const work = step({ ...options, shard }, projection);
        const result = await trying(work, shard, projection.name);
        if (result === null) continue;
        report(projection, shard, result);
        // A projection that stopped short of an event that it refuses looks at it again at once.
        moved ||= result.status === "advanced" && result.more;
      }
    }
  };

  return {
    async start() {
      poll = timers.every(options.pollMs ?? 500, () => {
        for (const loop of loops) loop.wake();
      });
      for (const [shard, loop] of loops.entries()) {
        if (bus !== null) {
          subscriptions.push(await bus.subscribe(subjects.committed(shard), () => loop.wake()));
        }
        loop.wake();
      }
    },
    async catchUp() {
      await Promise.all(loops.map((loop) => loop.run()));
    },
    onAdvance(listener) {
      listeners.add(listener);
      return () => {
        listeners.delete(listener);
      };
    },
    onLive(listener) {
      liveListeners.add(listener);
      return () => {
        liveListeners.delete(listener);
      };
    },
    async stop() {
      stopped = true;
      poll?.cancel();
      await Promise.all(subscriptions.splice(0).map((subscription) => subscription.stop()));
      await Promise.all(loops.map((loop) => loop.idle()));
    },
  };
}

/** Runs `work` once at a time; wakes during a run lead to one more run, after a rest. */
function createLoop(work: () => Promise<void>, rest: () => Promise<void>) {
  let current: Promise<void> | null = null;
  let again = false;
  const run = (): Promise<void> => {
    if (current !== null) {
      again = true;
      return current;
    }
    current = (async () => {
      await work();
      while (again) {
        await rest();
        again = false;
        await work();
      }
    })().finally(() => {
      current = null;
    });
    return current;
  };
  return { wake: () => void run(), run, idle: () => current ?? Promise.resolve() };
}
