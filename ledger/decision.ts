/** How decisions are put into words: accepted with events, or rejected with a reason. @module */
import type { Rejection, RejectionCode } from "../shared/commands/mod.ts";
import type { DomainEvent } from "../shared/events/mod.ts";
import type { JsonObject } from "../shared/json.ts";
import type { Decision } from "./domain.ts";

/** A decision that was made against the command. */
export type Rejected = Extract<Decision, { status: "rejected" }>;

/** Accepts a command: `events` has at least one event, `result` carries amounts as strings. */
export function accepted(events: readonly DomainEvent[], result: JsonObject): Decision {
  return { status: "accepted", events, result };
}

/**
 * Rejects a command. The message starts with what failed and names the value that was wrong;
 * `details` are figures for programs, amounts as decimal strings.
 */
export function rejected(
  code: RejectionCode,
  message: string,
  details: Rejection["details"] = {},
): Rejected {
  return { status: "rejected", rejection: { code, message, details } };
}
