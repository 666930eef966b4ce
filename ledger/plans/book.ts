/** The plans on offer: the newest version of each. @module */
import type { DomainEvent, EventPayload } from "../../shared/events/mod.ts";

/** The events that the offer is made of. */
export type PlanEvent = Extract<DomainEvent, { type: "PlanPublished" }>;

/** A plan as it was last published. */
export type Plan = EventPayload<"PlanPublished">;

/** By plan id; changed by {@link evolvePlans} only. */
export type PlanBook = Map<string, Plan>;

/** Nothing is on offer. */
export function emptyPlanBook(): PlanBook {
  return new Map();
}

/** Applies an event in place. Throws RangeError when its version is not the next. */
export function evolvePlans(book: PlanBook, { payload }: PlanEvent): void {
  const expected = (book.get(payload.planId)?.planVersion ?? 0) + 1;
  if (payload.planVersion !== expected) {
    throw new RangeError(
      `plan ${payload.planId} has version ${payload.planVersion} in the log, expected ${expected}`,
    );
  }
  book.set(payload.planId, payload);
}
