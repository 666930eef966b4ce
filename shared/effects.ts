/**
 * The outside world as plain values. Only `main.ts` and `compose.ts` build real ones; everything
 * else receives them, so that a whole system can run under virtual time and a seeded generator.
 *
 * @module
 */

/** A source of wall-clock time. */
export interface Clock {
  /** Milliseconds since the Unix epoch, as a safe integer. */
  nowMs(): number;
}

/** A source of unpredictable bytes. */
export interface Random {
  /** Returns `length` fresh random bytes; `length` is between 1 and 65,536. */
  bytes(length: number): Uint8Array;
}

/** A running timer; `cancel` is idempotent. */
export interface TimerHandle {
  cancel(): void;
}

/** One-shot and repeating timers. */
export interface Timers {
  /** Calls `task` once after `delayMs` (at least 0). */
  after(delayMs: number, task: () => void): TimerHandle;
  /** Calls `task` every `periodMs` (at least 1) until cancelled. */
  every(periodMs: number, task: () => void): TimerHandle;
  /** Resolves after `delayMs`; rejects with the signal's reason when `signal` aborts first. */
  sleep(delayMs: number, signal?: AbortSignal): Promise<void>;
}

/** The effects that nearly every part needs, handed down together. */
export interface Effects {
  readonly clock: Clock;
  readonly random: Random;
  readonly timers: Timers;
}

/** The platform primitives that {@link createEffects} wraps; only a `compose.ts` may supply them. */
export interface Platform<Id = number> {
  now(): number;
  fillRandom(bytes: Uint8Array<ArrayBuffer>): void;
  setTimeout(task: () => void, delayMs: number): Id;
  clearTimeout(id: Id): void;
  setInterval(task: () => void, periodMs: number): Id;
  clearInterval(id: Id): void;
}

/** The members of `globalThis` that {@link platformOf} reads. */
export interface PlatformGlobals<Id> {
  readonly Date: { now(): number };
  readonly crypto: { getRandomValues(bytes: Uint8Array<ArrayBuffer>): unknown };
  setTimeout(task: () => void, delayMs: number): Id;
  clearTimeout(id: Id): void;
  setInterval(task: () => void, periodMs: number): Id;
  clearInterval(id: Id): void;
}

/**
 * The {@link Platform} of a `globalThis`. Only a `main.ts` or `compose.ts` has one to give:
 * `createEffects(platformOf(globalThis))`.
 */
export function platformOf<Id>(globals: PlatformGlobals<Id>): Platform<Id> {
  // Called through arrows: some of these refuse to run under another `this`.
  return {
    now: () => globals.Date.now(),
    fillRandom: (bytes) => {
      globals.crypto.getRandomValues(bytes);
    },
    setTimeout: (task, delayMs) => globals.setTimeout(task, delayMs),
    clearTimeout: (id) => globals.clearTimeout(id),
    setInterval: (task, periodMs) => globals.setInterval(task, periodMs),
    clearInterval: (id) => globals.clearInterval(id),
  };
}

/** Short requests share what is drawn at once: each draw costs the same, whatever its length. */
const POOL_BYTES = 2_048;
const LONGEST_FROM_POOL = 32;

function randomOf<Id>(platform: Platform<Id>): Random {
  const drawn = (length: number) => {
    const bytes = new Uint8Array(length);
    platform.fillRandom(bytes);
    return bytes;
  };
  let pool = new Uint8Array(0);
  let used = 0;
  return {
    bytes(length) {
      if (length > LONGEST_FROM_POOL) return drawn(length);
      if (used + length > pool.length) {
        pool = drawn(POOL_BYTES);
        used = 0;
      }
      const bytes = pool.slice(used, used + length);
      // What was handed out is kept by nobody else.
      pool.fill(0, used, used + length);
      used += length;
      return bytes;
    },
  };
}

/** Builds {@link Effects} from platform primitives. */
export function createEffects<Id>(platform: Platform<Id>): Effects {
  const after = (delayMs: number, task: () => void): TimerHandle => {
    const id = platform.setTimeout(task, delayMs);
    return { cancel: () => platform.clearTimeout(id) };
  };
  return {
    clock: { nowMs: () => platform.now() },
    random: randomOf(platform),
    timers: {
      after,
      every(periodMs, task) {
        const id = platform.setInterval(task, periodMs);
        return { cancel: () => platform.clearInterval(id) };
      },
      sleep(delayMs, signal) {
        return new Promise((resolve, reject) => {
          if (signal?.aborted) return reject(signal.reason);
          const onAbort = () => {
            timer.cancel();
            reject(signal?.reason);
          };
          const timer = after(delayMs, () => {
            signal?.removeEventListener("abort", onAbort);
            resolve();
          });
          signal?.addEventListener("abort", onAbort, { once: true });
        });
      },
    },
  };
}
