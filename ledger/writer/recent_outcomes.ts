/** The latest outcomes in memory, so that most duplicates need no look into the database. @module */
import type { CommandReply } from "../../shared/commands/mod.ts";

/** What is remembered under an operation id. */
export interface Remembered {
  /** SHA-256 of the command, in hex. */
  readonly bodyHash: string;
  readonly reply: CommandReply;
}

/** A bounded memory of outcomes. */
export interface RecentOutcomes {
  get(operationId: string): Remembered | undefined;
  /** Remembers a committed outcome, forgetting the oldest beyond the bound. */
  set(operationId: string, remembered: Remembered): void;
  readonly size: number;
}

/** Remembers at most `limit` outcomes (at least 1); the oldest go first. */
export function createRecentOutcomes(limit: number): RecentOutcomes {
  // Two generations instead of a list in order of use: a full young one replaces the old one.
  const half = Math.max(1, Math.ceil(limit / 2));
  let young = new Map<string, Remembered>();
  let old = new Map<string, Remembered>();
  return {
    get: (operationId) => young.get(operationId) ?? old.get(operationId),
    set(operationId, remembered) {
      young.set(operationId, remembered);
      if (young.size < half) return;
      old = young;
      young = new Map();
    },
    get size() {
      return young.size + old.size;
    },
  };
}
