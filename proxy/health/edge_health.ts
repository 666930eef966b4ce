/** The health that one edge keeps and shares. @module */
import type { Bus } from "../../shared/bus/mod.ts";
import type { Effects } from "../../shared/effects.ts";
import { createNeuronBudget, type NeuronBudget } from "./neurons.ts";
import { type HealthSharing, shareHealth } from "./sharing.ts";
import { createHealthStore, type HealthStore } from "./store.ts";

/** See the module. */
export interface EdgeHealth {
  readonly store: HealthStore;
  readonly neurons: NeuronBudget;
  /** Tells and hears nothing more; the store stays usable. Idempotent. */
  stop(): Promise<void>;
}

/** What it works with. */
export interface EdgeHealthOptions {
  readonly bus: Bus;
  readonly effects: Effects;
  readonly edgeId: string;
  /** Workers AI's allowance a day; 10,000 when absent. */
  readonly dailyNeurons?: number;
}

/** Starts an edge's health: everything may be tried, and news of other edges are heard. */
export async function createEdgeHealth(options: EdgeHealthOptions): Promise<EdgeHealth> {
  const { clock } = options.effects;
  let sharing: HealthSharing | null = null;
  const store = createHealthStore({
    clock,
    onChange: (subject, report) => sharing?.tell(subject, report),
  });
  const { dailyNeurons } = options;
  const neurons = createNeuronBudget({
    clock,
    ...(dailyNeurons === undefined ? {} : { dailyNeurons }),
  });
  const shared = await shareHealth({ ...options, store, neurons });
  sharing = shared;
  return { store, neurons, stop: () => shared.stop() };
}
