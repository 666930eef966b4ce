/** Deadlines on injected timers. @module */
import type { Timers } from "../../shared/effects.ts";

/** Something did not happen in time; whether it will is unknown. */
export class DeadlineError extends Error {
  constructor(what: string, afterMs: number) {
    super(`${what} took longer than ${afterMs} ms`);
    this.name = "DeadlineError";
  }
}

/** Settles as `promise` does, or rejects with {@link DeadlineError} after `ms`. */
export function within<T>(
  timers: Timers,
  { what, ms }: { readonly what: string; readonly ms: number },
  promise: Promise<T>,
): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = timers.after(ms, () => reject(new DeadlineError(what, ms)));
    promise.then(resolve, reject).finally(() => timer.cancel());
  });
}
