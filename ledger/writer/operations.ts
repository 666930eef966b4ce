/** Commands that wait for their outcome. @module */
import type { Command, CommandEnvelope, CommandReply } from "../../shared/commands/mod.ts";
import type { Outcome } from "../store/mod.ts";

/** Somebody who waits for an operation. */
export interface Waiter {
  /** Of what it asked for. */
  readonly bodyHash: string;
  /** By the ledger's clock; afterwards it is told to ask again. */
  readonly deadlineMs: number;
  answer(reply: CommandReply): void;
}

/** One operation id that is under way, and everybody who asked for it. */
export interface Operation {
  readonly operationId: string;
  readonly actor: string;
  readonly occurredAtMs: number;
  readonly command: Command;
  readonly bodyHash: string;
  /** The writer asks it itself; a rejection is then no outcome. */
  readonly own: boolean;
  /** Whoever waits; nobody for what the writer asks itself. */
  waiters: Waiter[];
}

/** The start of an operation. */
export function createOperation(
  envelope: Pick<CommandEnvelope, "operationId" | "actor" | "occurredAtMs">,
  parts: { command: Command; bodyHash: string; own: boolean },
): Operation {
  const { operationId, actor, occurredAtMs } = envelope;
  return { operationId, actor, occurredAtMs, ...parts, waiters: [] };
}

/**
 * Answers everybody who waits for an operation with what `remembered` says: the reply, or a conflict
 * for who asked for something else under the same id.
 */
export function answer(
  operation: Operation,
  remembered: { readonly bodyHash: string; readonly reply: CommandReply },
): void {
  for (const waiter of operation.waiters.splice(0)) {
    waiter.answer(
      waiter.bodyHash === remembered.bodyHash ? remembered.reply : conflict(operation.operationId),
    );
  }
}

/** Tells everybody who waits that there is no outcome now. */
export function answerUnavailable(operation: Operation, reply: CommandReply): void {
  for (const waiter of operation.waiters.splice(0)) waiter.answer(reply);
}

/** Tells those whose deadline has passed to ask again: the operation itself may go on. */
export function answerLate(operation: Operation, nowMs: number): void {
  if (operation.waiters.every(({ deadlineMs }) => deadlineMs > nowMs)) return;
  const late = operation.waiters.filter(({ deadlineMs }) => deadlineMs <= nowMs);
  operation.waiters = operation.waiters.filter(({ deadlineMs }) => deadlineMs > nowMs);
  for (const waiter of late) waiter.answer(unavailable("the outcome is not known yet: ask again"));
}

/** The same id with another body; not an outcome, so it is never stored. */
export function conflict(operationId: string): CommandReply {
  return {
    status: "rejected",
    rejection: {
      code: "operation_conflict",
      message: `operation ${operationId} was already used with another command`,
      details: { operationId },
    },
  };
}

/** Nothing was decided, or nobody knows yet; the same operation id may be sent again. */
export function unavailable(message: string, retryAfterMs = 250): CommandReply {
  return { status: "unavailable", message, retryAfterMs };
}

/** The reply inside a stored outcome. */
export function rememberedOf(outcome: Outcome): { bodyHash: string; reply: CommandReply } {
  // Only replies are ever stored as outcomes, by this writer.
  return { bodyHash: outcome.bodyHash, reply: outcome.outcome as unknown as CommandReply };
}
