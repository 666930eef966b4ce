/** Serving that follows ownership: on when the shard is gained, off when it is lost. @module */
import type { BusSubscription } from "../../shared/bus/mod.ts";
import type { Timers } from "../../shared/effects.ts";
import type { Log } from "../../shared/log.ts";

/** A service that runs exactly while it is wanted. */
export interface OwnerService {
  /** Says whether the shard is this process's; the service follows, one change at a time. */
  setOwned(owned: boolean): void;
  /** Whether it is being served right now. */
  serving(): boolean;
  /** Stops for good; resolves once everything in hand is answered. */
  stop(): Promise<void>;
}

const RETRY_MS = 250;

/** Builds the service around `serve`, which is tried again after 250 ms whenever it rejects. */
export function createOwnerService(
  { shard, serve, timers, log }: {
    readonly shard: number;
    readonly serve: () => Promise<BusSubscription>;
    readonly timers: Timers;
    readonly log: Log;
  },
): OwnerService {
  let wanted = false;
  let stopped = false;
  let running: BusSubscription | null = null;
  let reconciling: Promise<void> | null = null;

  async function reconcile(): Promise<void> {
    while (wanted !== (running !== null)) {
      if (running !== null) {
        const stopping: BusSubscription = running;
        await stopping.stop().catch((error) => log.warn("serving_not_stopped", { shard, error }));
        running = null;
        log.info("serving_stopped", { shard });
        continue;
      }
      try {
        running = await serve();
        log.info("serving_started", { shard });
      } catch (error) {
        log.warn("serving_not_started", {
          shard,
          error: error instanceof Error ? error : new Error(String(error)),
        });
        await timers.sleep(RETRY_MS);
      }
    }
  }

  function follow(): Promise<void> {
    return reconciling ??= reconcile().finally(() => {
      reconciling = null;
      // What changed after the loop had looked for the last time.
      if (wanted !== (running !== null)) void follow();
    });
  }

  return {
    setOwned(owned) {
      if (stopped || wanted === owned) return;
      wanted = owned;
      void follow();
    },
    serving: () => running !== null,
    async stop() {
      stopped = true;
      wanted = false;
      await follow();
    },
  };
}
