/**
 * Health among edges: each tells the others what it found out, once a change and again with its
 * heartbeat, so that one who missed it or came later learns it too. Nothing depends on it arriving.
 *
 * @module
 */
import { type Bus, subjects } from "../../shared/bus/mod.ts";
import {
  HEALTH_HEARTBEAT_MS,
  healthMessageSchema,
  type HealthState,
  LONGEST_HEALTH_MS,
  MOST_HEALTH_STATES,
} from "../../shared/edge_health/mod.ts";
import type { Effects } from "../../shared/effects.ts";
import type { JsonValue } from "../../shared/json.ts";
import type { ReportedBreaker } from "./breaker.ts";
import type { NeuronBudget } from "./neurons.ts";
import type { HealthStore } from "./store.ts";

/** What sharing works with. */
export interface HealthSharingOptions {
  readonly bus: Bus;
  readonly effects: Pick<Effects, "timers">;
  readonly edgeId: string;
  readonly store: HealthStore;
  readonly neurons: NeuronBudget;
}

/** Health that is shared. */
export interface HealthSharing {
  /** Tells of one change; to be given to the store as its `onChange`. */
  tell(subject: string, report: ReportedBreaker): void;
  /** Tells of nothing more and hears nothing more; idempotent. */
  stop(): Promise<void>;
}

/** Starts sharing: hears from now on, and tells with each heartbeat. */
export async function shareHealth(options: HealthSharingOptions): Promise<HealthSharing> {
  const { bus, edgeId, store, neurons, effects } = options;
  let stopped = false;
  const publish = (states: readonly HealthState[]) => {
    if (stopped) return;
    const own = neurons.own();
    const message = { edgeId, states, neurons: own.used === 0 ? null : { ...own } };
    bus.publish(subjects.edgeHealth, message as unknown as JsonValue);
  };
  const subscription = await bus.subscribe(subjects.edgeHealth, (message) => {
    const heard = healthMessageSchema.safeParse(message);
    // A newer edge may say what this one does not understand: it is only advice.
    if (stopped || !heard.success || heard.data.edgeId === edgeId) return;
    for (const { subject, ...report } of heard.data.states) store.learn(subject, report);
    if (heard.data.neurons !== null) neurons.learn(heard.data.edgeId, heard.data.neurons);
  });
  // Also without anything to tell: silence would look like an edge that is gone.
  const heartbeat = effects.timers.every(HEALTH_HEARTBEAT_MS, () => {
    const own = store.own().slice(-MOST_HEALTH_STATES);
    publish(own.map(({ subject, report }) => of(subject, report)));
  });
  return {
    tell: (subject, report) => publish([of(subject, report)]),
    async stop() {
      stopped = true;
      heartbeat.cancel();
      await subscription.stop();
    },
  };
}

function of(subject: string, report: ReportedBreaker): HealthState {
  const bounded = (ms: number) => Math.min(LONGEST_HEALTH_MS, ms);
  return {
    subject,
    ...report,
    openForMs: bounded(report.openForMs),
    ageMs: bounded(report.ageMs),
  };
}
