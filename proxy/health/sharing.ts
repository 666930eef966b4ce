/**
 * Health among edges: each tells the others what it found out, once a change and again with its
 * heartbeat, so that one who missed it or came later learns it too. Nothing depends on it arriving.
 *
 * @module
 */
import { z } from "zod";
import { type Bus, subjects } from "../../shared/bus/mod.ts";
import type { Effects } from "../../shared/effects.ts";
import { identifierSchema } from "../../shared/ids/mod.ts";
import type { JsonValue } from "../../shared/json.ts";
import type { ReportedBreaker } from "./breaker.ts";
import type { NeuronBudget } from "./neurons.ts";
import type { HealthStore } from "./store.ts";

const LONGEST_MS = 86_400_000;
const MOST_STATES = 200;
/** From one heartbeat to the next. */
export const HEARTBEAT_MS = 5_000;

const durationSchema = z.number().min(0).max(LONGEST_MS);
const stateSchema = z.object({
  subject: z.string().regex(/^(provider|model|key):\S{1,400}$/),
  open: z.boolean(),
  trips: z.number().int().min(0).max(1_000_000),
  openForMs: durationSchema,
  ageMs: durationSchema,
});

/** What an edge tells the others; times are durations, because clocks differ. */
export const healthMessageSchema = z.object({
  edgeId: identifierSchema,
  states: z.array(stateSchema).max(MOST_STATES),
  /** What it used of the free neurons; null when nothing. */
  neurons: z.object({ day: z.number().int().min(0), used: z.number().min(0).max(1e9) }).nullable(),
});

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
  const publish = (states: readonly StateMessage[]) => {
    const own = neurons.own();
    if (stopped || (states.length === 0 && own.used === 0)) return;
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
  const heartbeat = effects.timers.every(HEARTBEAT_MS, () => {
    publish(store.own().slice(-MOST_STATES).map(({ subject, report }) => of(subject, report)));
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

type StateMessage = z.input<typeof stateSchema>;

function of(subject: string, report: ReportedBreaker): StateMessage {
  const bounded = (ms: number) => Math.min(LONGEST_MS, ms);
  return {
    subject,
    ...report,
    openForMs: bounded(report.openForMs),
    ageMs: bounded(report.ageMs),
  };
}
