import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createHealthStore, type HealthStore, type Mark } from "./mod.ts";

const subjects = { provider: "groq", upstreamModel: "llama", keyId: "pk-1" };
const mark = (marks: Mark["marks"], coolDownMs = 10_000, retryAfterMs: number | null = null) => ({
  marks,
  coolDownMs,
  retryAfterMs,
});

function world(maximumSubjects?: number) {
  const clock = { now: 1_000_000, nowMs: () => clock.now };
  const told: string[] = [];
  const store = createHealthStore({
    clock,
    ...(maximumSubjects === undefined ? {} : { maximumSubjects }),
    onChange: (subject, { open }) => told.push(`${open ? "open" : "closed"} ${subject}`),
  });
  return { clock, store, told };
}

function fail(store: HealthStore, how: Mark, times = 1, of = subjects): void {
  for (let n = 0; n < times; n++) store.enter(of)!.failed(how);
}

describe("the health of an attempt's parts", () => {
  it.each(
    [
      ["key", 1, ["open key:pk-1"]],
      ["model", 3, ["open model:groq/llama"]],
      ["provider", 3, ["open provider:groq"]],
      ["nothing", 9, []],
    ] as const,
  )("a failure that marks the %s opens that one alone", (marks, times, expected) => {
    const { store, told } = world();
    fail(store, mark(marks), times);
    expect(told).toEqual(expected);
    expect(store.enter(subjects) === null).toBe(expected.length > 0);
  });

  it("a lasting failure of a model opens at once", () => {
    const { store } = world();
    fail(store, mark("model", 300_000));
    expect(store.phase("groq", "llama")).toBe("open");
    expect(store.openForMs("groq", "llama")).toBe(300_000);
    expect(store.phase("groq", "another")).toBe("closed");
  });

  it("an open provider closes the way to all of its models", () => {
    const { store } = world();
    fail(store, mark("provider"), 3);
    expect([store.phase("groq", "another"), store.providerPhase("groq")]).toEqual(["open", "open"]);
    expect(store.providerPhase("openai")).toBe("closed");
    expect(store.enter({ ...subjects, upstreamModel: "another", keyId: null })).toBeNull();
  });

  it("another key of the same provider is not touched by a refused one", () => {
    const { store } = world();
    fail(store, mark("key"));
    expect([store.keyPhase("pk-1"), store.keyPhase("pk-2")]).toEqual(["open", "closed"]);
    expect(store.enter({ ...subjects, keyId: "pk-2" })).not.toBeNull();
  });

  it("a probe takes only what is half-open, and its success closes it", () => {
    const { store, clock, told } = world();
    fail(store, mark("model"), 3);
    clock.now += 10_000;
    const probe = store.enter(subjects)!;
    expect(probe.probe).toBe(true);
    expect(store.enter(subjects)).toBeNull();
    probe.succeeded(200);
    expect(told).toEqual(["open model:groq/llama", "closed model:groq/llama"]);
    expect(store.enter(subjects)?.probe).toBe(false);
  });

  it("an attempt that can't have all its passes takes none", () => {
    const { store, clock } = world();
    fail(store, mark("model"), 3);
    clock.now += 10_000;
    fail(store, mark("key"), 1, { ...subjects, upstreamModel: "another" });
    expect(store.enter(subjects)).toBeNull();
    expect(store.enter({ ...subjects, keyId: "pk-2" })?.probe).toBe(true);
  });

  it("only the first end of an attempt counts", () => {
    const { store } = world();
    const attempt = store.enter(subjects)!;
    attempt.abandoned();
    attempt.failed(mark("key"));
    expect(store.keyPhase("pk-1")).toBe("closed");
  });
});

describe("live latency", () => {
  it("is the median of the newest 32 calls of the last quarter of an hour", () => {
    const { store, clock } = world();
    expect(store.latencyMs("groq", "llama")).toBeNull();
    for (let n = 1; n <= 100; n++) store.enter(subjects)!.succeeded(n);
    expect(store.latencyMs("groq", "llama")).toBe(84);
    clock.now += 900_001;
    expect(store.latencyMs("groq", "llama")).toBeNull();
  });
});

describe("memory", () => {
  it("is bounded, and what is open is forgotten last", () => {
    const { store } = world(100);
    fail(store, mark("model", 300_000));
    for (let n = 0; n < 1_000; n++) {
      store.enter({ ...subjects, upstreamModel: `m-${n}` })!.succeeded(1);
    }
    expect(store.snapshot()).toHaveLength(100);
    expect(store.phase("groq", "llama")).toBe("open");
    for (let n = 0; n < 1_000; n++) {
      fail(store, mark("model", 300_000), 1, { ...subjects, upstreamModel: `m-${n}` });
    }
    expect(store.snapshot()).toHaveLength(100);
    expect(store.phase("groq", "m-999")).toBe("open");
  });
});

describe("whatever calls come and how they end", () => {
  it("nothing open is entered, and of what is half-open one probe is under way", () => {
    const step = fc.record({
      waitMs: fc.nat(8_000),
      model: fc.constantFrom("m-1", "m-2"),
      key: fc.constantFrom("pk-1", "pk-2", null),
      end: fc.constantFrom("succeed", "provider", "model", "key", "nothing", "abandon", "stay"),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 80 }), (steps) => {
        const { store, clock } = world();
        for (const { waitMs, model, key, end } of steps) {
          clock.now += waitMs;
          const phases = [
            store.phase("groq", model),
            key === null ? "closed" : store.keyPhase(key),
          ];
          const attempt = store.enter({ provider: "groq", upstreamModel: model, keyId: key });
          if (phases.includes("open")) expect(attempt).toBeNull();
          if (phases.every((phase) => phase === "closed")) expect(attempt?.probe).toBe(false);
          if (attempt?.probe) {
            expect(phases).toContain("half_open");
            expect(store.enter({ provider: "groq", upstreamModel: model, keyId: key })).toBeNull();
          }
          if (end === "succeed") attempt?.succeeded(1);
          else if (end === "abandon") attempt?.abandoned();
          else if (end !== "stay") attempt?.failed(mark(end));
        }
      }),
      { numRuns: 300 },
    );
  });
});
