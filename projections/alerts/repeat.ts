/** Work that is done again whenever somebody asks for it. @module */

/** Runs one piece of work at a time. */
export interface Repeat {
  /** Runs it soon; wakes during a run lead to one more. */
  wake(): void;
  /** Starts nothing new, and resolves when the run in hand is over; idempotent. */
  stop(): Promise<void>;
}

/** Repeats `work`, which never rejects, with a `rest` after each run. */
export function createRepeat(
  work: () => Promise<void>,
  rest: () => Promise<void> = () => Promise.resolve(),
): Repeat {
  let current: Promise<void> | null = null;
  let again = false;
  let stopped = false;
  const run = async () => {
    while (again && !stopped) {
      again = false;
      await work();
      await rest();
    }
  };
  const wake = () => {
    if (stopped) return;
    again = true;
    current ??= run().finally(() => {
      current = null;
      // A wake between the last look at `again` and here is not lost.
      if (again) wake();
    });
  };
  return {
    wake,
    async stop() {
      stopped = true;
      await current;
    },
  };
}
