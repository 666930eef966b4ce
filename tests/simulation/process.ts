/** A process of the simulated world: its own clock, timers and randomness, and a life that can end. @module */
import type { Effects, TimerHandle } from "../../shared/effects.ts";
import type { Seeded } from "./random.ts";
import type { Actor, Scheduler } from "./scheduler.ts";

/** When the simulated world begins, in epoch milliseconds. */
export const EPOCH_MS = 1_790_000_000_000;

/** One incarnation of a process. */
export interface Process extends Actor {
  readonly effects: Effects;
  readonly random: Seeded;
  /** Resolves when it dies. */
  readonly died: Promise<void>;
  /** How far its clock is off, in milliseconds. */
  skewMs: number;
  /** Ends it between two of its steps: nothing of it happens any more. */
  kill(): void;
  /** Holds everything back that would happen in it. */
  pause(): void;
  /** Lets what was held back happen, at once and in any order. */
  resume(): void;
  /** Called once when it dies. */
  onDeath(task: () => void): void;
}

/** Starts a process; `random` is its own. */
export function createProcess(name: string, scheduler: Scheduler, random: Seeded): Process {
  let state: Actor["state"] = "running";
  let deferred: (() => void)[] = [];
  const deaths: (() => void)[] = [];
  const died = Promise.withResolvers<void>();

  const after = (delayMs: number, task: () => void): TimerHandle =>
    scheduler.at(delayMs * 1_000, { actor: process, label: "timer", task });
  const process: Process = {
    name,
    get state() {
      return state;
    },
    random,
    died: died.promise,
    skewMs: 0,
    defer: (step) => void deferred.push(step),
    kill() {
      if (state === "dead") return;
      state = "dead";
      deferred = [];
      for (const task of deaths) task();
      died.resolve();
    },
    pause() {
      if (state === "running") state = "paused";
    },
    resume() {
      if (state !== "paused") return;
      state = "running";
      const steps = deferred;
      deferred = [];
      for (const task of steps) scheduler.at(0, { actor: process, label: "deferred", task });
    },
    onDeath: (task) => void deaths.push(task),
    effects: {
      clock: { nowMs: () => EPOCH_MS + Math.floor(scheduler.nowUs() / 1_000) + process.skewMs },
      random,
      timers: {
        after,
        every(periodMs, task) {
          let next = { cancel: () => {} };
          let cancelled = false;
          const tick = () => {
            task();
            if (!cancelled) next = after(periodMs, tick);
          };
          next = after(periodMs, tick);
          return {
            cancel() {
              cancelled = true;
              next.cancel();
            },
          };
        },
        sleep(delayMs, signal) {
          return new Promise((resolve, reject) => {
            if (signal?.aborted) return reject(signal.reason);
            const timer = after(delayMs, resolve);
            signal?.addEventListener("abort", () => {
              timer.cancel();
              reject(signal.reason);
            }, { once: true });
          });
        },
      },
    },
  };
  return process;
}
