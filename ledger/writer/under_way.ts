/** Which operations are under way, and the outcomes of the latest ones. @module */
import type { CommandReply } from "../../shared/commands/mod.ts";
import type { Outcome } from "../store/mod.ts";
import {
  answer,
  answerLate,
  answerUnavailable,
  conflict,
  type Operation,
  rememberedOf,
  unavailable,
  type Waiter,
} from "./operations.ts";
import { createRecentOutcomes, type RecentOutcomes } from "./recent_outcomes.ts";

/** Every operation id has at most one operation here, and everybody who asks for it waits for that. */
export class UnderWay {
  /** By operation id, in the order of their deadlines. */
  readonly #operations = new Map<string, Operation>();
  readonly #recent: RecentOutcomes;

  /** Remembers the latest `recentOutcomes`, at least 1. */
  constructor(recentOutcomes: number) {
    this.#recent = createRecentOutcomes(recentOutcomes);
  }

  /** How many are under way. */
  get size(): number {
    return this.#operations.size;
  }

  /** Whether something is under way under this id. */
  has(operationId: string): boolean {
    return this.#operations.has(operationId);
  }

  /** Whether this very operation still waits for its outcome. */
  isCurrent(operation: Operation): boolean {
    return this.#operations.get(operation.operationId) === operation;
  }

  /** The reply that is remembered under an id. */
  replyOf(operationId: string): CommandReply | undefined {
    return this.#recent.get(operationId)?.reply;
  }

  /** Answers a waiter from memory, or lets it join what is under way; false when there is neither. */
  join(operationId: string, waiter: Waiter): boolean {
    const remembered = this.#recent.get(operationId);
    if (remembered !== undefined) {
      const same = remembered.bodyHash === waiter.bodyHash;
      waiter.answer(same ? remembered.reply : conflict(operationId));
      return true;
    }
    const operation = this.#operations.get(operationId);
    operation?.waiters.push(waiter);
    return operation !== undefined;
  }

  /** Begins an operation. */
  add(operation: Operation): void {
    this.#operations.set(operation.operationId, operation);
  }

  /** Ends an operation whose outcome is in the log. Returns what answers its waiters. */
  settle(operation: Operation, reply: CommandReply): () => void {
    const remembered = { bodyHash: operation.bodyHash, reply };
    this.#recent.set(operation.operationId, remembered);
    this.#operations.delete(operation.operationId);
    return () => answer(operation, remembered);
  }

  /** Takes outcomes of the store in, and answers whoever waits for them. */
  rememberStored(outcomes: readonly Outcome[]): void {
    for (const outcome of outcomes) {
      const remembered = rememberedOf(outcome);
      this.#recent.set(outcome.operationId, remembered);
      const operation = this.#operations.get(outcome.operationId);
      if (operation === undefined) continue;
      this.#operations.delete(outcome.operationId);
      answer(operation, remembered);
    }
  }

  /** Ends an operation without an outcome: whoever waits may ask again. */
  drop(operation: Operation, why: string): void {
    if (this.isCurrent(operation)) this.#operations.delete(operation.operationId);
    answerUnavailable(operation, unavailable(why));
  }

  /** Ends all of them without an outcome. */
  dropAll(why: string): void {
    for (const operation of this.#operations.values()) {
      answerUnavailable(operation, unavailable(why, 500));
    }
    this.#operations.clear();
  }

  /**
   * Tells those whose deadline has passed to ask again. The operation stays under way: whoever asks
   * again joins it.
   */
  answerLate(nowMs: number): void {
    for (const operation of this.#operations.values()) answerLate(operation, nowMs);
  }
}
