/**
 * vitest's `vi`: spies, fake timers, replaced globals, and waiting.
 *
 * @module
 */

import {
  clearAllMocks,
  fn,
  isMockFunction,
  type MaybeMocked,
  resetAllMocks,
  restoreAllMocks,
  spyOn,
} from "@vitest/spy";
import { type Clock, type FakeMethod, install } from "@sinonjs/fake-timers";

/** Options of {@link vi.waitFor} and {@link vi.waitUntil}, in real milliseconds. */
export interface WaitOptions {
  /** How long to keep trying; 1,000 when absent. */
  readonly timeout?: number;
  /** The pause between two tries; 50 when absent. */
  readonly interval?: number;
}

const realSetTimeout = globalThis.setTimeout.bind(globalThis);
const realNow = performance.now.bind(performance);
const faked: FakeMethod[] = [
  "setTimeout",
  "clearTimeout",
  "setInterval",
  "clearInterval",
  "setImmediate",
  "clearImmediate",
  "Date",
];
const replaced = new Map<string, PropertyDescriptor | undefined>();
let clock: Clock | null = null;

function requireClock(): Clock {
  if (clock === null) throw new Error("fake timers are off: call vi.useFakeTimers() first");
  return clock;
}

async function waitFor<T>(
  attempt: () => T | Promise<T>,
  { timeout = 1_000, interval = 50 }: WaitOptions = {},
): Promise<T> {
  const until = realNow() + timeout;
  while (true) {
    try {
      return await attempt();
    } catch (error) {
      if (realNow() >= until) throw error;
    }
    await clock?.tickAsync(interval);
    await new Promise<void>((resolve) => realSetTimeout(() => resolve(), interval));
  }
}

/** Spies, fake timers and waiting, as in vitest; every method on fake timers returns `vi`. */
export const vi = {
  fn,
  spyOn,
  isMockFunction,
  /** Clears the calls recorded by every mock. */
  clearAllMocks: () => chain(clearAllMocks),
  /** Clears calls and implementations of every mock. */
  resetAllMocks: () => chain(resetAllMocks),
  /** Puts back what every `spyOn` replaced. */
  restoreAllMocks: () => chain(restoreAllMocks),
  /** Tells the compiler that `item` is a mock; does nothing at run time. */
  mocked: <T>(item: T): MaybeMocked<T> => item as MaybeMocked<T>,

  /** Replaces timers and `Date`; `now` is the first time to show, the real time when absent. */
  useFakeTimers({ now, toFake = faked }: { now?: number | Date; toFake?: FakeMethod[] } = {}) {
    clock?.uninstall();
    clock = install({ now: now ?? Date.now(), toFake, ignoreMissingTimers: true });
    return vi;
  },
  /** Puts the real timers and `Date` back. */
  useRealTimers: () =>
    chain(() => {
      clock?.uninstall();
      clock = null;
    }),
  /** Whether timers are faked now. */
  isFakeTimers: () => clock !== null,
  /** Sets the faked time without running any timer. */
  setSystemTime: (time: number | Date) => chain(() => requireClock().setSystemTime(time)),
  /** The faked time, or null when timers are real. */
  getMockedSystemTime: () => clock === null ? null : new Date(clock.now),
  /** How many faked timers are waiting. */
  getTimerCount: () => requireClock().countTimers(),
  /** Forgets every waiting timer. */
  clearAllTimers: () => chain(() => requireClock().reset()),
  /** Moves the faked time on, running what falls due. */
  advanceTimersByTime: (ms: number) => chain(() => requireClock().tick(ms)),
  /** Like {@link vi.advanceTimersByTime}, letting promises settle between timers. */
  advanceTimersByTimeAsync: (ms: number) => chainAsync(() => requireClock().tickAsync(ms)),
  /** Moves on to the next timer and runs it. */
  advanceTimersToNextTimer: () => chain(() => requireClock().next()),
  /** Like {@link vi.advanceTimersToNextTimer}, letting promises settle. */
  advanceTimersToNextTimerAsync: () => chainAsync(() => requireClock().nextAsync()),
  /** Runs timers until none waits. */
  runAllTimers: () => chain(() => requireClock().runAll()),
  /** Like {@link vi.runAllTimers}, letting promises settle between timers. */
  runAllTimersAsync: () => chainAsync(() => requireClock().runAllAsync()),
  /** Runs the timers that wait now, not those they start. */
  runOnlyPendingTimers: () => chain(() => requireClock().runToLast()),
  /** Like {@link vi.runOnlyPendingTimers}, letting promises settle between timers. */
  runOnlyPendingTimersAsync: () => chainAsync(() => requireClock().runToLastAsync()),

  /** Calls `attempt` until it no longer throws and returns its result; then the last error. */
  waitFor,
  /** Calls `condition` until it is truthy and returns that; an error when it never is. */
  waitUntil: <T>(condition: () => T | Promise<T>, options: WaitOptions = {}): Promise<T> =>
    waitFor(async () => {
      const result = await condition();
      if (!result) throw new Error("vi.waitUntil: the condition never held");
      return result;
    }, options),

  /** Replaces a global until {@link vi.unstubAllGlobals}. */
  stubGlobal: (name: string, value: unknown) =>
    chain(() => {
      if (!replaced.has(name)) {
        replaced.set(name, Object.getOwnPropertyDescriptor(globalThis, name));
      }
      Object.defineProperty(globalThis, name, { value, writable: true, configurable: true });
    }),
  /** Puts every replaced global back. */
  unstubAllGlobals: () =>
    chain(() => {
      for (const [name, descriptor] of replaced) {
        if (descriptor === undefined) Reflect.deleteProperty(globalThis, name);
        else Object.defineProperty(globalThis, name, descriptor);
      }
      replaced.clear();
    }),
};

function chain(action: () => unknown): Vi {
  action();
  return vi;
}

async function chainAsync(action: () => Promise<unknown>): Promise<Vi> {
  await action();
  return vi;
}

/** The type of {@link vi}, named so that its methods can return it. */
export type Vi = typeof vi;
