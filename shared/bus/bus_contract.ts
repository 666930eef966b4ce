/**
 * What every bus must keep; run on each implementation.
 *
 * @module
 */
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createEffects, platformOf } from "../effects.ts";
import type { JsonValue } from "../json.ts";
import {
  type Bus,
  BusError,
  type BusErrorCode,
  type DurableMessage,
  type StreamReader,
} from "./bus.ts";

/** Two ends of one bus; the same object twice where there is only one end. */
export interface BusEnds {
  readonly one: Bus & StreamReader;
  readonly other: Bus & StreamReader;
}

/** Real time for buses under test. */
export const realEffects = createEffects(platformOf(globalThis));

/** Resolves once `condition` holds; throws when it does not within a minute. */
export async function eventually(condition: () => boolean, what: string): Promise<void> {
  const until = performance.now() + 60_000;
  while (!condition()) {
    if (performance.now() > until) throw new Error(`never: ${what}`);
    await realEffects.timers.sleep(5);
  }
}

/** A promise and the function that fulfils it. */
function gate(): { readonly opened: Promise<void>; open(): void } {
  const { promise, resolve } = Promise.withResolvers<void>();
  return { opened: promise, open: resolve };
}

async function codeOf(call: Promise<unknown>): Promise<BusErrorCode> {
  const error = await call.then(() => null, (reason: unknown) => reason);
  if (error instanceof BusError) return error.code;
  throw new Error(`expected a BusError, got ${error}`);
}

const second = { timeoutMs: 5_000 };
const few = { most: 10, timeoutMs: 5_000 };

/** Runs the contract on the buses that `open` gives; each test gets its own. */
export function describeBus(name: string, open: () => Promise<BusEnds>): void {
  let ends: BusEnds;
  let prefix = "";
  beforeEach(async () => {
    ends = await open();
    prefix = `test${crypto.randomUUID().slice(0, 8)}`;
  });
  afterEach(async () => {
    await Promise.all([ends.one.close(), ends.other.close()]);
  });
  const under = () => ({ ...ends, prefix });
  describe(`a request on ${name}`, () => describeRequests(under));
  describe(`a broadcast on ${name}`, () => describeBroadcasts(under));
  describe(`a durable publish on ${name}`, () => describePublishes(under));
  describe(`looking into a stream on ${name}`, () => describeReading(under));
  describe(`a durable consumer on ${name}`, () => describeConsumers(under));
  describe(`closing ${name}`, () => describeClosing(under));
}

type Under = () => BusEnds & { readonly prefix: string };

function describeRequests(under: Under): void {
  it("is answered by a responder at the other end", async () => {
    const { one, other, prefix } = under();
    await other.respond(
      `${prefix}.ask`,
      "q",
      (message, subject) => Promise.resolve({ echo: message, subject }),
    );
    expect(await one.request(`${prefix}.ask`, { amount: "7", none: null, list: [1] }, second))
      .toEqual({
        echo: { amount: "7", none: null, list: [1] },
        subject: `${prefix}.ask`,
      });
  });

  it("carries JSON values: undefined vanishes and peers share nothing", async () => {
    const { one, other, prefix } = under();
    const kept: JsonValue[] = [];
    await other.respond(`${prefix}.ask`, "q", (message) => {
      kept.push(message);
      return Promise.resolve(message);
    });
    const sent = { list: [1], gone: undefined, text: "မြန်မာ" };
    const answer = await one.request(`${prefix}.ask`, sent, second);
    expect(answer).toStrictEqual({ list: [1], text: "မြန်မာ" });
    sent.list.push(2);
    expect(kept).toStrictEqual([{ list: [1], text: "မြန်မာ" }]);
  });

  it("without a responder fails with no_responders", async () => {
    const { one, prefix } = under();
    expect(await codeOf(one.request(`${prefix}.nobody`, 1, second))).toBe("no_responders");
  });

  it("without an answer in time fails with timeout", async () => {
    const { one, other, prefix } = under();
    const { opened, open } = gate();
    await other.respond(`${prefix}.ask`, "q", async () => {
      await opened;
      return null;
    });
    expect(await codeOf(one.request(`${prefix}.ask`, 1, { timeoutMs: 50 }))).toBe("timeout");
    open();
  });

  it("whose responder throws fails with failed and says why", async () => {
    const { one, other, prefix } = under();
    await other.respond(`${prefix}.ask`, "q", () => Promise.reject(new Error("disk is full")));
    const asked = one.request(`${prefix}.ask`, 1, second);
    await expect(asked).rejects.toThrow(/disk is full/);
    expect(await codeOf(asked)).toBe("failed");
  });

  it("is answered by one responder of a queue, and all of them get some", async () => {
    const { one, other, prefix } = under();
    const answers = [0, 0];
    for (const [index, bus] of [one, other].entries()) {
      await bus.respond(`${prefix}.ask`, "q", () => {
        answers[index] = (answers[index] ?? 0) + 1;
        return Promise.resolve(index);
      });
    }
    await Promise.all(
      Array.from({ length: 200 }, (_, index) => one.request(`${prefix}.ask`, index, second)),
    );
    expect((answers[0] ?? 0) + (answers[1] ?? 0)).toBe(200);
    expect(Math.min(...answers)).toBeGreaterThan(0);
  });

  it("above the size limit fails with too_large, as does such an answer", async () => {
    const { one, other, prefix } = under();
    await other.respond(
      `${prefix}.ask`,
      "q",
      (message) => Promise.resolve(message === "big" ? "x".repeat(1_000_001) : message),
    );
    const most = "x".repeat(999_998);
    expect(await one.request(`${prefix}.ask`, most, second)).toBe(most);
    expect(await codeOf(one.request(`${prefix}.ask`, `${most}x`, second))).toBe("too_large");
    expect(await codeOf(one.request(`${prefix}.ask`, "big", second))).toBe("too_large");
    // Burmese letters take three bytes each.
    const burmese = "က".repeat(333_333);
    expect(await codeOf(one.request(`${prefix}.ask`, burmese, second))).toBe("too_large");
  });

  it("in hand is answered when its responder stops; a later one finds nobody", async () => {
    const { one, other, prefix } = under();
    const { opened, open } = gate();
    let began = false;
    const responder = await other.respond(`${prefix}.ask`, "q", async () => {
      began = true;
      await opened;
      return "done";
    });
    const answer = one.request(`${prefix}.ask`, 1, second);
    await eventually(() => began, "the responder began");
    let stopped = false;
    const stopping = responder.stop().then(() => stopped = true);
    await realEffects.timers.sleep(50);
    expect(stopped).toBe(false);
    open();
    await stopping;
    expect(await answer).toBe("done");
    expect(await codeOf(one.request(`${prefix}.ask`, 1, second))).toBe("no_responders");
    await responder.stop();
  });
}

function describeBroadcasts(under: Under): void {
  it("reaches every listener whose filter covers it, and no other", async () => {
    const { one, other, prefix } = under();
    const heard: string[] = [];
    const filters = ["a.b", "a.*", "*.b", "a.>", ">", "a", "a.b.c", "a.*.c", "b.>"];
    for (const filter of filters) {
      await other.subscribe(`${prefix}.${filter}`, (message, subject) => {
        heard.push(`${filter} ${message} ${subject.slice(prefix.length + 1)}`);
      });
    }
    one.publish(`${prefix}.a.b`, 1);
    one.publish(`${prefix}.end`, 2);
    await eventually(() => heard.includes("> 2 end"), "the last broadcast");
    expect(heard.filter((line) => line.includes(" 1 ")).toSorted()).toEqual([
      "*.b 1 a.b",
      "> 1 a.b",
      "a.* 1 a.b",
      "a.> 1 a.b",
      "a.b 1 a.b",
    ]);
  });

  it("ends for a listener that stopped, and a listener that throws hears the next", async () => {
    const { one, other, prefix } = under();
    const heard: JsonValue[] = [];
    const stopped: JsonValue[] = [];
    await other.subscribe(`${prefix}.a`, (message) => {
      heard.push(message);
      throw new Error("the listener is broken");
    });
    const gone = await other.subscribe(`${prefix}.a`, (message) => void stopped.push(message));
    await gone.stop();
    one.publish(`${prefix}.a`, 1);
    one.publish(`${prefix}.a`, 2);
    await eventually(() => heard.length === 2, "both broadcasts");
    expect(heard).toEqual([1, 2]);
    expect(stopped).toEqual([]);
  });

  it("with a filter that is not one is refused", async () => {
    const { one, prefix } = under();
    for (const filter of ["", "a..b", "a.>.b", "a b", "a*"]) {
      await expect(one.subscribe(filter === "" ? "" : `${prefix}.${filter}`, () => {}))
        .rejects.toThrow(RangeError);
    }
  });
}

const stream = (prefix: string) => ({
  name: prefix,
  subjects: [`${prefix}.*.meter.>`],
  duplicateWindowMs: 60_000,
  maxMessages: 10_000,
});

function describePublishes(under: Under): void {
  it("gets growing sequences, and the first one's again for a known id", async () => {
    const { one, other, prefix } = under();
    await one.ensureStream(stream(prefix));
    const publish = (bus: Bus, messageId: string) =>
      bus.publishDurable(`${prefix}.0.meter.settle`, { messageId }, { messageId, ...second });
    expect(await publish(one, "a")).toEqual({ sequence: 1, duplicate: false });
    expect(await publish(other, "b")).toEqual({ sequence: 2, duplicate: false });
    expect(await publish(other, "a")).toEqual({ sequence: 1, duplicate: true });
    expect(await publish(one, "c")).toEqual({ sequence: 3, duplicate: false });
  });

  it("without a stream for its subject fails with no_responders", async () => {
    const { one, prefix } = under();
    await one.ensureStream(stream(prefix));
    const published = one.publishDurable(`${prefix}.0.other`, 1, { messageId: "a", ...second });
    expect(await codeOf(published)).toBe("no_responders");
  });

  it("above the size limit fails with too_large", async () => {
    const { one, prefix } = under();
    await one.ensureStream(stream(prefix));
    const big = "x".repeat(1_000_001);
    const published = one.publishDurable(`${prefix}.0.meter.usage`, big, {
      messageId: "a",
      ...second,
    });
    expect(await codeOf(published)).toBe("too_large");
  });

  it("goes to a stream that was ensured again with other options", async () => {
    const { one, other, prefix } = under();
    await one.ensureStream(stream(prefix));
    await other.ensureStream(stream(prefix));
    await one.ensureStream({ ...stream(prefix), subjects: [`${prefix}.>`], maxMessages: 5_000 });
    const ack = await one.publishDurable(`${prefix}.new`, 1, { messageId: "a", ...second });
    expect(ack).toEqual({ sequence: 1, duplicate: false });
  });
}

function describeReading(under: Under): void {
  it("gives the last message of its subject, however many others there are", async () => {
    const { one, other, prefix } = under();
    await one.ensureStream(stream(prefix));
    const subject = `${prefix}.0.meter.settle`;
    expect(await one.readKept(prefix, subject, few)).toEqual([]);
    await publishMany(one, prefix, 20);
    await one.publishDurable(subject, { text: "“မြန်မာ”", last: true }, {
      messageId: "last",
      ...second,
    });
    await one.publishDurable(`${prefix}.1.meter.settle`, 1, { messageId: "else", ...second });
    const [read] = await other.readKept(prefix, subject, few);
    expect(read).toEqual({ text: "“မြန်မာ”", last: true });
  });

  it("gives nothing of a stream that there is not", async () => {
    const { one, prefix } = under();
    expect(await one.readKept(`${prefix}none`, `${prefix}.0.meter.settle`, few)).toEqual([]);
  });

  it("gives all of a subject, newest first, and no more than is asked for", async () => {
    const { one, other, prefix } = under();
    await one.ensureStream(stream(prefix));
    const subject = (shard: number) => `${prefix}.${shard}.meter.settle`;
    for (const number of [1, 2, 3, 4]) {
      for (const shard of [0, 1]) {
        const messageId = `${shard}-${number}`;
        await one.publishDurable(subject(shard), number, { messageId, ...second });
      }
    }
    expect(await other.readKept(prefix, subject(0), few)).toEqual([4, 3, 2, 1]);
    const two = await other.readKept(prefix, subject(0), { ...few, most: 2 });
    expect([two.length, two[0]]).toEqual([2, 4]);
  });

  it("finds a quiet subject's messages, where a bound is for each subject", async () => {
    const { one, prefix } = under();
    const options = { ...stream(prefix), maxMessages: 20, maxMessagesPerSubject: 3 };
    await one.ensureStream(options);
    const publish = (shard: number, number: number) =>
      one.publishDurable(`${prefix}.${shard}.meter.settle`, number, {
        messageId: `${shard}-${number}`,
        ...second,
      });
    await publish(1, 0);
    for (let number = 1; number <= 40; number++) await publish(0, number);
    expect(await one.readKept(prefix, `${prefix}.1.meter.settle`, few)).toEqual([0]);
    expect(await one.readKept(prefix, `${prefix}.0.meter.settle`, few)).toEqual([40, 39, 38]);
    await one.ensureStream({ ...options, maxMessagesPerSubject: 1 });
    expect(await one.readKept(prefix, `${prefix}.0.meter.settle`, few)).toEqual([40]);
  });
}

const reading = (prefix: string) => ({
  durableName: "reader",
  filterSubject: `${prefix}.0.>`,
  maxInFlight: 16,
  ackWaitMs: 10_000,
});

/** Long enough for an acknowledgement on a machine that is slow and busy. */
const ACK_WAIT_MS = 2_500;

/**
 * Resolves once a wait for an acknowledgement that began now has run out, by the bus's own clock:
 * whatever else had to come again until then has come.
 */
async function ackWaitHasPassed(bus: Bus, prefix: string): Promise<void> {
  const durableName = `clock-${crypto.randomUUID().slice(0, 8)}`;
  const subject = `${prefix}.1.meter.${durableName}`;
  const { opened: passed, open: pass } = gate();
  const options = { durableName, filterSubject: subject, maxInFlight: 16, ackWaitMs: ACK_WAIT_MS };
  await bus.consume(prefix, options, async ({ deliveries }) => {
    if (deliveries === 1) await passed;
    pass();
  });
  await bus.publishDurable(subject, 0, { messageId: durableName, ...second });
  await passed;
}

async function publishMany(bus: Bus, prefix: string, count: number): Promise<void> {
  const numbers = Array.from({ length: count }, (_, index) => index);
  await Promise.all(
    numbers.map((number) =>
      bus.publishDurable(`${prefix}.0.meter.settle`, number, {
        messageId: `id-${number}`,
        ...second,
      })
    ),
  );
}

function describeConsumers(under: Under): void {
  it("gets what was published before it existed and after, each once", async () => {
    const { one, other, prefix } = under();
    await one.ensureStream(stream(prefix));
    await publishMany(one, prefix, 50);
    const heard: DurableMessage[] = [];
    await other.consume(prefix, reading(prefix), (message) => {
      heard.push(message);
      return Promise.resolve();
    });
    await one.publishDurable(`${prefix}.1.meter.settle`, "other shard", {
      messageId: "x",
      ...second,
    });
    await one.publishDurable(`${prefix}.0.meter.usage`, "last", { messageId: "y", ...second });
    await eventually(() => heard.length >= 51, "all messages");
    const sequences = heard.map(({ sequence }) => sequence).toSorted((a, b) => a - b);
    expect(sequences).toEqual([...Array.from({ length: 50 }, (_, index) => index + 1), 52]);
    expect(heard.every(({ deliveries }) => deliveries === 1)).toBe(true);
    expect(heard.find(({ sequence }) => sequence === 52)).toMatchObject({
      subject: `${prefix}.0.meter.usage`,
      message: "last",
    });
  });

  it("gets a message again, later each time, until its handler succeeds", async () => {
    const { one, prefix } = under();
    await one.ensureStream(stream(prefix));
    const tries: number[] = [];
    await one.consume(prefix, reading(prefix), ({ deliveries }) => {
      tries.push(deliveries);
      return deliveries < 3 ? Promise.reject(new Error("not yet")) : Promise.resolve();
    });
    await publishMany(one, prefix, 1);
    await eventually(() => tries.length === 3, "the third delivery");
    await realEffects.timers.sleep(300);
    expect(tries).toEqual([1, 2, 3]);
  });

  it("gets a message again when its handler does not finish in time", async () => {
    const { one, prefix } = under();
    await one.ensureStream(stream(prefix));
    const { opened, open } = gate();
    const tries: number[] = [];
    const options = { ...reading(prefix), ackWaitMs: ACK_WAIT_MS };
    await one.consume(prefix, options, async ({ deliveries }) => {
      tries.push(deliveries);
      if (deliveries === 1) await opened;
    });
    await publishMany(one, prefix, 1);
    await eventually(() => tries.length === 2, "the second delivery");
    open();
    await ackWaitHasPassed(one, prefix);
    expect(tries).toEqual([1, 2]);
  });

  it("does not get again what its handler finished late, before there was room", async () => {
    const { one, prefix } = under();
    await one.ensureStream(stream(prefix));
    const { opened, open } = gate();
    const heard: string[] = [];
    const options = { ...reading(prefix), maxInFlight: 1, ackWaitMs: ACK_WAIT_MS };
    await one.consume(prefix, options, async ({ message, deliveries }) => {
      heard.push(`${message} ${deliveries}`);
      if (message === 0) await opened;
    });
    await publishMany(one, prefix, 2);
    await eventually(() => heard.length > 0, "the first message");
    await ackWaitHasPassed(one, prefix);
    expect(heard).toEqual(["0 1"]);
    open();
    await eventually(() => heard.includes("1 1"), "the next message");
    await ackWaitHasPassed(one, prefix);
    expect(heard).toEqual(["0 1", "1 1"]);
  });

  it("shares the messages of its name between its instances", async () => {
    const { one, other, prefix } = under();
    await one.ensureStream(stream(prefix));
    const heard: [number, JsonValue][] = [];
    for (const [index, bus] of [one, other].entries()) {
      await bus.consume(prefix, { ...reading(prefix), maxInFlight: 4 }, async ({ message }) => {
        heard.push([index, message]);
        await realEffects.timers.sleep(1);
      });
    }
    await publishMany(one, prefix, 100);
    await eventually(() => heard.length >= 100, "all messages");
    expect(new Set(heard.map(([, message]) => message)).size).toBe(100);
    expect(heard.length).toBe(100);
    expect(new Set(heard.map(([index]) => index)).size).toBe(2);
  });

  it("under another name gets everything as well", async () => {
    const { one, other, prefix } = under();
    await one.ensureStream(stream(prefix));
    const heard = { first: 0, second: 0 };
    await one.consume(prefix, { ...reading(prefix), durableName: "first" }, () => {
      heard.first += 1;
      return Promise.resolve();
    });
    await other.consume(prefix, { ...reading(prefix), durableName: "second" }, () => {
      heard.second += 1;
      return Promise.resolve();
    });
    await publishMany(one, prefix, 20);
    await eventually(() => heard.first >= 20 && heard.second >= 20, "both copies");
    expect(heard).toEqual({ first: 20, second: 20 });
  });

  it("never has more than maxInFlight in the handler", async () => {
    const { one, prefix } = under();
    await one.ensureStream(stream(prefix));
    await publishMany(one, prefix, 60);
    let running = 0;
    let most = 0;
    let done = 0;
    await one.consume(prefix, { ...reading(prefix), maxInFlight: 3 }, async () => {
      running += 1;
      most = Math.max(most, running);
      await realEffects.timers.sleep(2);
      running -= 1;
      done += 1;
    });
    await eventually(() => done === 60, "all messages");
    expect(most).toBe(3);
  });

  it("that stopped finishes what it has in hand and goes on where it was", async () => {
    const { one, prefix } = under();
    await one.ensureStream(stream(prefix));
    await publishMany(one, prefix, 10);
    const { opened, open } = gate();
    const finished: JsonValue[] = [];
    let began = 0;
    const options = { ...reading(prefix), maxInFlight: 2 };
    const consumer = await one.consume(prefix, options, async ({ message }) => {
      began += 1;
      await opened;
      finished.push(message);
    });
    await eventually(() => began === 2, "two messages in hand");
    let stopped = false;
    const stopping = consumer.stop().then(() => stopped = true);
    await realEffects.timers.sleep(50);
    expect(stopped).toBe(false);
    open();
    await stopping;
    expect(finished.length).toBe(2);
    await one.consume(prefix, options, ({ message }) => {
      finished.push(message);
      return Promise.resolve();
    });
    await eventually(() => finished.length >= 10, "the rest");
    expect(new Set(finished).size).toBe(10);
    expect(finished.length).toBe(10);
  });

  it("with options out of bounds or without a stream is refused", async () => {
    const { one, prefix } = under();
    const handler = () => Promise.resolve();
    expect(await codeOf(one.consume(prefix, reading(prefix), handler))).toBe("failed");
    await one.ensureStream(stream(prefix));
    const wrong = [{ durableName: "a b" }, { maxInFlight: 0 }, { ackWaitMs: -1 }];
    for (const part of wrong) {
      await expect(one.consume(prefix, { ...reading(prefix), ...part }, handler))
        .rejects.toThrow(RangeError);
    }
  });
}

function describeClosing(under: Under): void {
  it("waits for the handlers in hand, which may use the bus until then", async () => {
    const { one, other, prefix } = under();
    const { opened, open } = gate();
    await one.ensureStream(stream(prefix));
    let acknowledged = 0;
    let began = false;
    await other.consume(prefix, reading(prefix), async () => {
      began = true;
      await opened;
      const { sequence } = await other.publishDurable(`${prefix}.1.meter.usage`, 1, {
        messageId: "from the handler",
        ...second,
      });
      acknowledged = sequence;
    });
    await publishMany(one, prefix, 1);
    await eventually(() => began, "the handler began");
    const closing = other.close();
    open();
    await closing;
    expect(acknowledged).toBe(2);
    await other.close();
  });

  it("makes later calls fail with closed, and says that it is not connected", async () => {
    const { one, prefix } = under();
    expect(one.connected()).toBe(true);
    await one.close();
    expect(one.connected()).toBe(false);
    const handler = () => Promise.resolve(null);
    const calls = [
      one.request(prefix, 1, second),
      one.respond(prefix, "q", handler),
      one.subscribe(prefix, () => {}),
      one.ensureStream(stream(prefix)),
      one.publishDurable(`${prefix}.0.meter.usage`, 1, { messageId: "a", ...second }),
      one.consume(prefix, reading(prefix), () => Promise.resolve()),
    ];
    for (const call of calls) expect(await codeOf(call)).toBe("closed");
    one.publish(prefix, 1);
  });
}
