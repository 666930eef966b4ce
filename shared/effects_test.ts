import { describe, expect, it } from "vitest";
import { createEffects, platformOf } from "./effects.ts";

function manualPlatform() {
  const pending = new Map<number, () => void>();
  let nextId = 1;
  const add = (task: () => void) => {
    pending.set(nextId, task);
    return nextId++;
  };
  return {
    pending,
    effects: createEffects({
      now: () => 7,
      fillRandom: (bytes) => bytes.fill(9),
      setTimeout: add,
      clearTimeout: (id) => pending.delete(id),
      setInterval: add,
      clearInterval: (id) => pending.delete(id),
    }),
  };
}

describe("effects", () => {
  it("come from the platform that was given", () => {
    const { effects } = manualPlatform();
    expect(effects.clock.nowMs()).toBe(7);
    expect(effects.random.bytes(3)).toEqual(Uint8Array.of(9, 9, 9));
  });

  it("leave no timer behind when a sleep is aborted", async () => {
    const { effects, pending } = manualPlatform();
    const abort = new AbortController();
    const sleeping = effects.timers.sleep(1_000, abort.signal);
    expect(pending.size).toBe(1);
    abort.abort(new Error("enough"));
    await expect(sleeping).rejects.toThrow("enough");
    expect(pending.size).toBe(0);
  });

  it("end a sleep when its time has come", async () => {
    const { effects, pending } = manualPlatform();
    const sleeping = effects.timers.sleep(1_000);
    for (const task of pending.values()) task();
    await sleeping;
  });

  it("of this process tell the time, draw bytes and fire timers", async () => {
    const effects = createEffects(platformOf(globalThis));
    const before = Date.now();
    await effects.timers.sleep(1);
    await new Promise<void>((resolve) => {
      const ticking = effects.timers.every(1, () => {
        ticking.cancel();
        resolve();
      });
    });
    expect(effects.clock.nowMs()).toBeGreaterThanOrEqual(before);
    expect(effects.random.bytes(16)).not.toEqual(effects.random.bytes(16));
  });
});
