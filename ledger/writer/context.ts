/** What all parts of a writer work with. @module */
import type { Ownership } from "../store/mod.ts";
import type { Source } from "./catch_up.ts";
import { within } from "./deadline.ts";
import type { WriterSettings } from "./options.ts";

/** One stretch of owning the shard; what began in another one is void. */
export interface Term {
  /** Its epoch rises when the writer reclaims its own shard. */
  ownership: Ownership;
}

/** Settings, calls to the store with a deadline, and the writer's words in the log. */
export interface WriterContext<State> {
  readonly settings: WriterSettings<State>;
  /** Where the log is read from. */
  readonly source: Source<State>;
  /** Settles as a call to the store does, or rejects with DeadlineError after `callTimeoutMs`. */
  call<T>(what: string, promise: Promise<T>): Promise<T>;
  /** Logs something about the shard, or about one operation in it. */
  report(level: "warn" | "error", event: string, error?: unknown, operationId?: string): void;
}

/** Puts a context together. */
export function createContext<State>(settings: WriterSettings<State>): WriterContext<State> {
  const { store, domain, shard, effects: { timers }, callTimeoutMs: ms, log } = settings;
  const call = <T>(what: string, promise: Promise<T>) => within(timers, { what, ms }, promise);
  return {
    settings,
    source: { store, domain, shard, within: call },
    call,
    report(level, event, error, operationId) {
      log[level](event, {
        shard,
        ...(operationId === undefined ? {} : { operationId }),
        ...(error === undefined
          ? {}
          : { error: error instanceof Error ? error : new Error(String(error)) }),
      });
    },
  };
}
