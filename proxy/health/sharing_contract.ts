/**
 * What edges that share their health must keep; run on each bus.
 *
 * @module
 */
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Bus } from "../../shared/bus/mod.ts";
import { createEffects, platformOf } from "../../shared/effects.ts";
import { subjects } from "../../shared/bus/mod.ts";
import { createEdgeHealth, type EdgeHealth, type Mark } from "./mod.ts";

const real = createEffects(platformOf(globalThis));
const attempt = { provider: "groq", upstreamModel: "llama", keyId: null };
const lasting: Mark = { marks: "model", coolDownMs: 300_000, retryAfterMs: null };

/** A bus for each of two edges; the same one twice where there is only one end. */
export interface SharingEnds {
  readonly one: Bus;
  readonly other: Bus;
}

/** Runs the contract on the buses that `open` gives; each test gets its own. */
export function describeHealthSharing(name: string, open: () => Promise<SharingEnds>): void {
  describe(`the health of edges on ${name}`, () => {
    let ends: SharingEnds;
    let edges: EdgeHealth[];
    let beats: (() => void)[];

    const edge = async (edgeId: string, bus: Bus, aheadMs = 0) => {
      const health = await createEdgeHealth({
        bus,
        edgeId,
        effects: {
          ...real,
          clock: { nowMs: () => real.clock.nowMs() + aheadMs },
          timers: {
            ...real.timers,
            every: (_periodMs, task) => {
              beats.push(task);
              return { cancel: () => {} };
            },
          },
        },
      });
      edges.push(health);
      return health;
    };
    const until = async (condition: () => boolean) => {
      const deadline = performance.now() + 30_000;
      while (!condition()) {
        if (performance.now() > deadline) throw new Error("it never came");
        await real.timers.sleep(5);
      }
    };

    beforeEach(async () => {
      ends = await open();
      edges = [];
      beats = [];
    });
    afterEach(async () => {
      await Promise.all(edges.map((one) => one.stop()));
      await Promise.all([ends.one.close(), ends.other.close()]);
    });

    it("an opening and a closing reach the others, whatever their clocks say", async () => {
      const one = await edge("edge-1", ends.one);
      const other = await edge("edge-2", ends.other, 40 * 60_000);
      one.store.enter(attempt)!.failed(lasting);
      await until(() => other.store.phase("groq", "llama") === "open");
      const left = other.store.openForMs("groq", "llama");
      expect(left > 200_000 && left <= 300_000).toBe(true);
      expect(other.store.phase("groq", "another")).toBe("closed");
      expect(other.store.own()).toEqual([]);
      const withKey = { ...attempt, upstreamModel: "another", keyId: "pk-1" };
      one.store.enter(withKey)!.failed({ marks: "key", coolDownMs: 1, retryAfterMs: null });
      await until(() => other.store.keyPhase("pk-1") !== "closed");
      await until(() => one.store.keyPhase("pk-1") === "half_open");
      one.store.enter(withKey)!.succeeded(1);
      await until(() => other.store.keyPhase("pk-1") === "closed");
    });

    it("one who comes later learns it by the next heartbeat", async () => {
      const one = await edge("edge-1", ends.one);
      const early = await edge("edge-0", ends.other);
      one.store.enter(attempt)!.failed(lasting);
      await until(() => early.store.phase("groq", "llama") === "open");
      const late = await edge("edge-2", ends.other);
      expect(late.store.phase("groq", "llama")).toBe("closed");
      await until(() => {
        beats[0]!();
        return late.store.phase("groq", "llama") === "open";
      });
    });

    it("the neurons that edges used add up", async () => {
      const one = await edge("edge-1", ends.one);
      const other = await edge("edge-2", ends.other);
      one.neurons.reserve(4_000);
      other.neurons.reserve(1_000);
      await until(() => {
        for (const beat of beats) beat();
        return one.neurons.left() === 5_000 && other.neurons.left() === 5_000;
      });
    });

    it("what is no message of an edge changes nothing", async () => {
      const other = await edge("edge-2", ends.other);
      const state = { subject: "model:groq/llama", open: true, trips: 1, openForMs: 1e5, ageMs: 0 };
      const whole = { edgeId: "edge-1", states: [state], neurons: null };
      for (
        const message of [
          null,
          { ...whole, edgeId: "edge-2" },
          { ...whole, states: [{ ...state, openForMs: 1e12 }] },
          { ...whole, states: [{ ...state, subject: "moon:full" }] },
          { ...whole, neurons: { day: 1, used: -1 } },
        ]
      ) {
        ends.one.publish(subjects.edgeHealth, message);
      }
      const last = { ...whole, states: [{ ...state, subject: "key:last" }] };
      await until(() => {
        ends.one.publish(subjects.edgeHealth, last);
        return other.store.keyPhase("last") === "open";
      });
      expect(other.store.phase("groq", "llama")).toBe("closed");
    });
  });
}
