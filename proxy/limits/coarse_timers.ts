/** Deadlines that nearly never pass, for next to nothing. @module */
import type { Clock, TimerHandle, Timers } from "../../shared/effects.ts";

interface Deadline {
  readonly dueAtMs: number;
  readonly task: () => void;
}

/** See {@link createCoarseTimers}. */
export interface CoarseTimers extends Timers {
  /** Forgets all deadlines; idempotent. */
  stop(): void;
}

/**
 * Timers whose `after` is up to `everyMs` late: one repeating timer looks at all deadlines, while
 * there are any. A call sets half a dozen of them and cancels each, which as timers of their own
 * would cost more than its metering. `every` and `sleep` are those of `timers`.
 */
export function createCoarseTimers(
  timers: Timers,
  clock: Clock,
  everyMs: number,
): CoarseTimers {
  const deadlines = new Set<Deadline>();
  let ticking: TimerHandle | null = null;
  const rest = () => {
    ticking?.cancel();
    ticking = null;
  };
  const tick = () => {
    if (deadlines.size === 0) return rest();
    const nowMs = clock.nowMs();
    for (const deadline of deadlines) {
      if (deadline.dueAtMs > nowMs) continue;
      deadlines.delete(deadline);
      deadline.task();
    }
  };
  return {
    after(delayMs, task) {
      const deadline = { dueAtMs: clock.nowMs() + delayMs, task };
      deadlines.add(deadline);
      ticking ??= timers.every(everyMs, tick);
      return { cancel: () => void deadlines.delete(deadline) };
    },
    every: (periodMs, task) => timers.every(periodMs, task),
    sleep: (delayMs, signal) => timers.sleep(delayMs, signal),
    stop() {
      deadlines.clear();
      rest();
    },
  };
}
