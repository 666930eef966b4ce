import { describe, expect, it } from "vitest";
import { createEffects, platformOf, type TimerHandle } from "../../shared/effects.ts";
import { createCoarseTimers, createWatch, DEFAULT_LIMITS } from "./mod.ts";

const real = createEffects(platformOf(globalThis));
const limits = { ...DEFAULT_LIMITS, firstByteMs: 100, idleMs: 50, totalMs: 400 };

/** Time that moves by hand. */
function handTime() {
  let nowMs = 0;
  let entries: { dueAtMs: number; task: () => void; periodMs: number | null }[] = [];
  const add = (delayMs: number, task: () => void, periodMs: number | null): TimerHandle => {
    const entry = { dueAtMs: nowMs + delayMs, task, periodMs };
    entries.push(entry);
    return { cancel: () => void (entries = entries.filter((each) => each !== entry)) };
  };
  return {
    effects: {
      ...real,
      clock: { nowMs: () => nowMs },
      timers: {
        ...real.timers,
        after: (delayMs: number, task: () => void) => add(delayMs, task, null),
        every: (periodMs: number, task: () => void) => add(periodMs, task, periodMs),
      },
    },
    pending: () => entries.length,
    pass(ms: number) {
      const until = nowMs + ms;
      for (;;) {
        const next = entries.toSorted((a, b) => a.dueAtMs - b.dueAtMs)[0];
        if (next === undefined || next.dueAtMs > until) break;
        nowMs = next.dueAtMs;
        if (next.periodMs === null) entries = entries.filter((each) => each !== next);
        else next.dueAtMs += next.periodMs;
        next.task();
      }
      nowMs = until;
    },
  };
}

describe("the watch over an exchange", () => {
  it("ends it when the first byte stays away", () => {
    const time = handTime();
    const watch = createWatch(time.effects, limits, 400);
    time.pass(99);
    expect(watch.failure()).toBeNull();
    time.pass(1);
    expect(watch.failure()?.code).toBe("upstream_first_byte_timeout");
    expect(watch.signal.aborted).toBe(true);
    expect(time.pending()).toBe(0);
  });

  it("ends it when the upstream is silent while someone waits, and only then", () => {
    const time = handTime();
    const watch = createWatch(time.effects, limits, 400);
    watch.received();
    time.pass(200);
    expect(watch.failure()).toBeNull();
    watch.waiting();
    time.pass(100);
    expect(watch.failure()?.code).toBe("upstream_idle_timeout");
  });

  it("ends it at the call's end, however lively it is", () => {
    const time = handTime();
    const watch = createWatch(time.effects, limits, 400);
    for (let step = 0; step < 39; step++) {
      watch.received();
      time.pass(10);
      watch.waiting();
    }
    expect(watch.failure()).toBeNull();
    time.pass(10);
    expect(watch.failure()?.code).toBe("upstream_total_timeout");
  });

  it("leaves no timer behind", () => {
    const time = handTime();
    const watch = createWatch(time.effects, limits, 400);
    watch.received();
    watch.stop();
    expect(time.pending()).toBe(0);
  });
});

describe("coarse timers", () => {
  it("run a task never early and at most one look late, unless cancelled", () => {
    const time = handTime();
    const timers = createCoarseTimers(time.effects.timers, time.effects.clock, 25);
    const ran: string[] = [];
    timers.after(30, () => ran.push("a"));
    timers.after(30, () => ran.push("b")).cancel();
    time.pass(29);
    expect(ran).toEqual([]);
    time.pass(26);
    expect(ran).toEqual(["a"]);
  });

  it("rest when nothing is due", () => {
    const time = handTime();
    const timers = createCoarseTimers(time.effects.timers, time.effects.clock, 25);
    timers.after(10, () => {});
    expect(time.pending()).toBe(1);
    time.pass(60);
    expect(time.pending()).toBe(0);
    timers.after(10, () => {});
    timers.stop();
    expect(time.pending()).toBe(0);
  });
});
