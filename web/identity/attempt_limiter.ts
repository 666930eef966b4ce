/** Slows down guessing of passwords. @module */
import type { Clock } from "../../shared/effects.ts";

const WINDOW_MS = 15 * 60_000;
const MAX_FAILURES = 10;
const MAX_NAMES = 10_000;

/** Counts failures by name. */
export interface AttemptLimiter {
  /** Milliseconds until `name` may try again; 0 when it may now. */
  waitMs(name: string): number;
  /** Notes a failure of `name`. */
  failed(name: string): void;
  /** Forgets the failures of `name`. */
  succeeded(name: string): void;
}

/**
 * Allows ten failures in 15 minutes for each name. It remembers at most 10,000 names and forgets the
 * oldest first; each process counts for itself.
 */
export function createAttemptLimiter(clock: Clock): AttemptLimiter {
  const failures = new Map<string, number[]>();
  const recent = (name: string) =>
    (failures.get(name) ?? []).filter((atMs) => atMs > clock.nowMs() - WINDOW_MS);
  return {
    waitMs(name) {
      const times = recent(name);
      const first = times.at(-MAX_FAILURES);
      return first === undefined ? 0 : first + WINDOW_MS - clock.nowMs();
    },
    failed(name) {
      const times = [...recent(name), clock.nowMs()].slice(-MAX_FAILURES);
      failures.delete(name);
      failures.set(name, times);
      const oldest = failures.keys().next();
      if (failures.size > MAX_NAMES && oldest.done === false) failures.delete(oldest.value);
    },
    succeeded: (name) => void failures.delete(name),
  };
}
