import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createInProcessBus, METER_STREAM, subjects } from "../../shared/bus/mod.ts";
import { createEffects, platformOf, type TimerHandle } from "../../shared/effects.ts";
import type { JsonObject, JsonValue } from "../../shared/json.ts";
import { silentLog } from "../../shared/log.ts";
import { createProgress, type MeterReading, type Progress, type ServedReading } from "./mod.ts";

const real = createEffects(platformOf(globalThis));
const requestId = "01989898-9898-7000-8000-000000000001";

let nowMs = 0;
let tick = () => {};
let bus: ReturnType<typeof createInProcessBus>;
let progress: Progress;
let told: JsonValue[];
let reply: JsonObject;
let publishFails: boolean;
let errors: (readonly [string, unknown])[];

const accepted = { status: "accepted", position: "7", result: {} };
const rejected = (code: string) => ({
  status: "rejected",
  rejection: { code, message: `refused with ${code}`, details: {} },
});

beforeEach(async () => {
  nowMs = 1_000_000;
  told = [];
  reply = accepted;
  publishFails = false;
  errors = [];
  bus = createInProcessBus({ ...real });
  await bus.ensureStream(METER_STREAM);
  await bus.respond(subjects.command(0), "ledger", (message) => {
    told.push(message);
    return Promise.resolve(reply);
  });
  await bus.consume(METER_STREAM.name, {
    durableName: "ledger",
    filterSubject: METER_STREAM.subjects[0],
    maxInFlight: 1,
    ackWaitMs: 1_000,
  }, ({ message }) => {
    told.push(message);
    return Promise.resolve();
  });
  const every = (_periodMs: number, task: () => void): TimerHandle => {
    tick = task;
    return { cancel: () => {} };
  };
  const publish = bus.publishDurable.bind(bus);
  bus.publishDurable = (...args) =>
    publishFails ? Promise.reject(new Error("away")) : publish(...args);
  progress = createProgress({
    bus,
    log: { ...silentLog, error: (event, fields) => errors.push([event, fields?.code]) },
    edgeId: "edge-1",
    everyMs: 5_000,
    totalMs: 100_000,
    effects: { ...real, clock: { nowMs: () => nowMs }, timers: { ...real.timers, every } },
  });
});

afterEach(() => bus.close());

async function look(afterMs: number): Promise<Record<string, unknown>[]> {
  told.length = 0;
  nowMs += afterMs;
  tick();
  await real.timers.sleep(5);
  return told.map((each) => {
    const { type, body } = each as { type: string; body: Record<string, unknown> };
    return { type, sequence: body.sequence, usage: body.usage };
  });
}

const follow = (reading: () => ServedReading | null = () => null) =>
  progress.follow({
    accountId: "acc",
    requestId,
    shard: 0,
    startedAtMs: nowMs,
    holdTtlMs: 20_000,
    reading,
    abort: () => {},
  });

describe("an extension", () => {
  const extension = (sequence: number) => [{ type: "ExtendHold", sequence, usage: undefined }];

  it("that the ledger did not accept is asked for again by the next look", async () => {
    follow();
    reply = { status: "unavailable", message: "no writer", retryAfterMs: 5 };
    expect(await look(10_000)).toEqual(extension(1));
    reply = rejected("sequence_passed");
    expect(await look(5_000)).toEqual(extension(2));
    reply = accepted;
    expect(await look(5_000)).toEqual(extension(3));
    expect(await look(5_000)).toEqual([]);
    expect(errors).toEqual([]);
  });

  it.each([["hold_expired"], ["hold_settled"], ["hold_released"], ["hold_not_found"]])(
    "that can never succeed (%s) is an error, once",
    async (code) => {
      follow();
      reply = rejected(code);
      expect(await look(10_000)).toEqual(extension(1));
      expect(await look(30_000)).toEqual([]);
      expect(errors).toEqual([["hold_lost", code]]);
    },
  );

  it("is not asked for when the call's time is over", async () => {
    follow();
    expect(await look(99_999)).toEqual(extension(1));
    expect(await look(60_000)).toEqual([]);
  });
});

describe("a report", () => {
  it("that did not get through is sent again, under the next number", async () => {
    follow(() => ({ usage: { input: 5, output: 9 }, evidence: "observed" }));
    publishFails = true;
    expect(await look(5_000)).toEqual([]);
    publishFails = false;
    expect(await look(1_000)).toMatchObject([{ type: "ReportUsage", sequence: 2 }]);
    expect(await look(1_000)).toEqual([]);
  });

  it("names the model and the key that serve, where the hold left a choice", async () => {
    const read = { usage: { output: 3 }, evidence: "observed" } as const;
    follow(() => ({ ...read, model: "model-2", ownKey: true }));
    await look(5_000);
    expect(told).toMatchObject([{ body: { ...read, model: "model-2", ownKey: true } }]);
  });

  it("that cannot be made does not keep other calls from theirs", async () => {
    follow(() => {
      throw new Error("not countable");
    });
    follow(() => ({ usage: { output: 1 }, evidence: "observed" }));
    expect(await look(5_000)).toMatchObject([{ type: "ReportUsage", sequence: 1 }]);
  });
});

describe("a long call", () => {
  it("reports usage that grew, extends its hold at half its life, and then is quiet", async () => {
    let reading: MeterReading | null = null;
    const unfollow = progress.follow({
      accountId: "acc",
      requestId,
      shard: 0,
      startedAtMs: nowMs,
      holdTtlMs: 20_000,
      reading: () => reading,
      abort: () => {},
    });
    expect(await look(1_000)).toEqual([]);
    expect(await look(5_000)).toEqual([]);
    reading = { usage: { input: 5, output: 9 }, evidence: "observed" };
    expect(await look(1_000)).toEqual([
      { type: "ReportUsage", sequence: 1, usage: { input: 5, output: 9 } },
    ]);
    expect(await look(1_000)).toEqual([]);
    expect(await look(2_000)).toEqual([{ type: "ExtendHold", sequence: 2, usage: undefined }]);
    expect(await look(1_000)).toEqual([]);
    unfollow();
    expect(await look(60_000)).toEqual([]);
    await progress.idle();
  });
});
