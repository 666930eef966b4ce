/** What edges tell each other, and whoever listens, of the health of providers. @module */
import { z } from "zod";
import { identifierSchema } from "../ids/mod.ts";

/** The most states of one message. */
export const MOST_HEALTH_STATES = 200;
/** From one heartbeat of an edge to the next, in milliseconds. */
export const HEALTH_HEARTBEAT_MS = 5_000;
/** The longest duration that a message tells, in milliseconds. */
export const LONGEST_HEALTH_MS = 86_400_000;

const durationSchema = z.number().min(0).max(LONGEST_HEALTH_MS);

/** One breaker: `provider:<name>`, `model:<provider>/<model>` or `key:<id>`. */
export const healthStateSchema = z.object({
  subject: z.string().regex(/^(provider|model|key):\S{1,400}$/),
  open: z.boolean(),
  /** How often in a row it opened. */
  trips: z.number().int().min(0).max(1_000_000),
  /** Until it may be probed; 0 when it may be. */
  openForMs: durationSchema,
  /** Since it changed. */
  ageMs: durationSchema,
});

/** See {@link healthStateSchema}. */
export type HealthState = z.output<typeof healthStateSchema>;

/**
 * A broadcast on `subjects.edgeHealth`: one change, or with each heartbeat what this edge found open
 * and has not seen close. Times are durations, because clocks differ. It may be lost.
 */
export const healthMessageSchema = z.object({
  edgeId: identifierSchema,
  states: z.array(healthStateSchema).max(MOST_HEALTH_STATES),
  /** What it used of the free neurons; null when nothing. */
  neurons: z.object({ day: z.number().int().min(0), used: z.number().min(0).max(1e9) }).nullable(),
});

/** See {@link healthMessageSchema}. */
export type HealthMessage = z.output<typeof healthMessageSchema>;
