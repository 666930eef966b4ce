/** Timers that run when a test says so. @module */
import type { Timers } from "../../shared/effects.ts";

interface Due {
  atMs: number;
  readonly periodMs: number | null;
  readonly task: () => void;
}

/** Timers of one process on a clock that processes share. */
export interface VirtualTimers {
  readonly timers: Timers;
  /** Moves the clock and runs what has fallen due, in its order. */
  advance(ms: number): void;
  /** Lets work that was begun come to rest: whatever it waits for has fifty turns. */
  idle(): Promise<void>;
  /** Nothing runs any more, as when the process was killed. */
  stop(): void;
}

const TURNS = 50;

/**
 * Creates timers over a clock. `turn` waits behind what the work under test waits for, such as a
 * query on the one connection that both have.
 */
export function virtualTimers(
  clock: { nowMs: number },
  turn: () => Promise<unknown>,
): VirtualTimers {
  const due = new Set<Due>();
  const add = (delayMs: number, periodMs: number | null, task: () => void) => {
    const entry = { atMs: clock.nowMs + delayMs, periodMs, task };
    due.add(entry);
    return { cancel: () => void due.delete(entry) };
  };
  const timers: Timers = {
    after: (delayMs, task) => add(delayMs, null, task),
    every: (periodMs, task) => add(periodMs, periodMs, task),
    sleep: (delayMs, signal) =>
      new Promise((resolve, reject) => {
        if (signal?.aborted) return reject(signal.reason);
        const { cancel } = add(delayMs, null, resolve);
        signal?.addEventListener("abort", () => {
          cancel();
          reject(signal.reason);
        }, { once: true });
      }),
  };
  return {
    timers,
    advance(ms) {
      const untilMs = clock.nowMs + ms;
      clock.nowMs = untilMs;
      // A period that has passed several times meanwhile is one tick: the process was asleep.
      for (const entry of [...due].sort((one, other) => one.atMs - other.atMs)) {
        if (entry.atMs > untilMs || !due.has(entry)) continue;
        if (entry.periodMs === null) due.delete(entry);
        else entry.atMs = untilMs + entry.periodMs;
        entry.task();
      }
    },
    async idle() {
      for (let turns = 0; turns < TURNS; turns++) await turn();
    },
    stop: () => due.clear(),
  };
}
