import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createInProcessBus, subjects } from "../../shared/bus/mod.ts";
import type { HealthMessage } from "../../shared/edge_health/mod.ts";
import { createEffects, platformOf } from "../../shared/effects.ts";
import { healthNewsSchema } from "../../shared/read_api/mod.ts";
import { type HealthBoard, openHealthBoard } from "./mod.ts";

const effects = createEffects(platformOf(globalThis));
const opened = { subject: "provider:groq", open: true, trips: 2, openForMs: 30_000, ageMs: 0 };

describe("the health board", () => {
  let nowMs = 1_000_000;
  let bus: ReturnType<typeof createInProcessBus>;
  let board: HealthBoard;

  beforeEach(async () => {
    bus = createInProcessBus(effects);
    board = await openHealthBoard(bus, { nowMs: () => nowMs });
  });
  afterEach(async () => {
    await board.stop();
    await bus.close();
  });

  const tell = async (states: HealthMessage["states"], edgeId = "edge-1") => {
    bus.publish(subjects.edgeHealth, { edgeId, states, neurons: null });
    await effects.timers.sleep(5);
  };
  const only = () => {
    const news = healthNewsSchema.parse(board.news());
    expect(news.subjects.length).toBe(1);
    return news.subjects[0]!;
  };

  it("says that nothing was heard, and when nobody listens", async () => {
    expect(board.news()).toEqual({ state: "silent", edges: [], subjects: [] });
    const deaf = await openHealthBoard(null, { nowMs: () => nowMs });
    expect(deaf.news()).toEqual({ state: "not_connected", edges: [], subjects: [] });
    await deaf.stop();
  });

  it("is live with an edge that has nothing to tell, and silent three heartbeats after", async () => {
    await tell([]);
    expect(board.news()).toEqual({
      state: "live",
      edges: [{ edgeId: "edge-1", heardMsAgo: 0 }],
      subjects: [],
    });
    nowMs += 15_001;
    expect(board.news()).toMatchObject({ state: "silent", edges: [{ heardMsAgo: 15_001 }] });
  });

  it("tells a breaker's phase as time goes on, with the age of the news", async () => {
    await tell([opened]);
    expect(only()).toMatchObject({ kind: "provider", name: "groq", phase: "open", trips: 2 });
    nowMs += 29_999;
    expect(only()).toMatchObject({ phase: "open", openForMs: 1, heardMsAgo: 29_999 });
    nowMs += 1;
    expect(only()).toMatchObject({ phase: "half_open", openForMs: 0, changedMsAgo: 30_000 });
    await tell([{ ...opened, open: false, openForMs: 0 }]);
    expect(only()).toMatchObject({ phase: "closed", heardMsAgo: 0 });
    nowMs += 600_001;
    expect(board.news().subjects).toEqual([]);
  });

  it("keeps the newest change, whoever repeats an older one", async () => {
    await tell([{ ...opened, ageMs: 60_000, openForMs: 0 }]);
    await tell([{ ...opened, open: false, openForMs: 0, ageMs: 2_000 }], "edge-2");
    await tell([{ ...opened, ageMs: 60_000, openForMs: 0 }]);
    expect(only()).toMatchObject({ phase: "closed", edgeId: "edge-2" });
  });

  it("holds what is open above the rest, and no more than it can bear", async () => {
    const many = Array.from({ length: 200 }, (_, index) => ({
      ...opened,
      subject: `model:groq/m-${index}`,
      open: index === 150,
    }));
    for (const half of ["a", "b", "c", "d"]) {
      await tell(many.map((state) => ({ ...state, subject: state.subject + half })));
    }
    const { subjects: shown } = board.news();
    expect(shown.length).toBe(500);
    expect(shown[0]).toMatchObject({ kind: "model", phase: "open" });
  });

  it("passes over what is no message", async () => {
    for (const message of [null, { edgeId: "x" }, { edgeId: "e", states: [{}], neurons: null }]) {
      bus.publish(subjects.edgeHealth, message);
    }
    await effects.timers.sleep(5);
    expect(board.news().edges).toEqual([]);
  });
});
