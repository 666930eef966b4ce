/** The plan of an account or a key, and what counts against its limits. @module */
import type { Limits } from "../../shared/limits/mod.ts";
import { type LimitCounters, newCounters } from "./counters.ts";

/** A plan in force, with its limits as they were when it was assigned. */
export interface AssignedPlan {
  readonly planId: string;
  readonly planVersion: number;
  readonly limits: Limits;
}

/**
 * Exists from the first plan on; until then nothing is counted. The counters outlive a change of
 * plan, so that changing back and forth makes no room.
 */
export interface Limiter {
  /** Null after the plan was taken away. */
  plan: AssignedPlan | null;
  readonly counters: LimitCounters;
}

/** Who may have limits. */
export interface LimitedOwner {
  limiter: Limiter | null;
  /** Holds that no event has ended yet. */
  openHolds: number;
}

/** Puts a plan in force, or takes it away. */
export function assignPlan(owner: LimitedOwner, plan: AssignedPlan | null): void {
  if (owner.limiter !== null) owner.limiter.plan = plan;
  else if (plan !== null) owner.limiter = { plan, counters: newCounters() };
}
