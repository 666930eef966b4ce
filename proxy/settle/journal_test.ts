import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Bus, createInProcessBus, METER_STREAM, subjects } from "../../shared/bus/mod.ts";
import { createEffects, platformOf } from "../../shared/effects.ts";
import { UNKNOWN_CALL } from "../../shared/events/mod.ts";
import type { JsonObject } from "../../shared/json.ts";
import { silentLog } from "../../shared/log.ts";
import { createSettlementJournal, type Settlement, type SettlementJournal } from "./mod.ts";

const real = createEffects(platformOf(globalThis));
const edgeId = "edge-1";
const requestId = "01989898-9898-7000-8000-000000000001";
const settlement: Settlement = {
  type: "SettleHold",
  body: {
    accountId: "acc",
    requestId,
    usage: { input: 1, output: 2 },
    evidence: "reported",
    call: UNKNOWN_CALL,
  },
};
const accepted = {
  status: "accepted",
  position: "1",
  result: {
    requestId,
    state: "settled",
    chargedMicroKyat: "5",
    unbilledMicroKyat: "0",
    availableMicroKyat: "9",
  },
};

/** Pending one-shot timers, run by hand. */
let due: { delayMs: number; task: () => void }[];
let bus: Bus;
let journal: SettlementJournal;
let published: { messageId: string; message: JsonObject }[];
let publishFails: boolean;

beforeEach(async () => {
  due = [];
  published = [];
  publishFails = false;
  bus = createInProcessBus({ ...real });
  await bus.ensureStream(METER_STREAM);
  const watched: Bus = {
    ...proxied(bus),
    publishDurable(subject, message, options) {
      published.push({ messageId: options.messageId, message: message as JsonObject });
      return publishFails
        ? Promise.reject(new Error("away"))
        : bus.publishDurable(subject, message, options);
    },
  };
  journal = await createSettlementJournal({
    bus: watched,
    log: silentLog,
    edgeId,
    shards: 1,
    effects: {
      ...real,
      timers: {
        ...real.timers,
        after(delayMs, task) {
          const entry = { delayMs, task };
          due.push(entry);
          return { cancel: () => void (due = due.filter((each) => each !== entry)) };
        },
      },
    },
  });
});

afterEach(async () => {
  await journal.close();
  await bus.close();
});

function proxied(of: Bus): Bus {
  return {
    request: (...args) => of.request(...args),
    respond: (...args) => of.respond(...args),
    publish: (...args) => of.publish(...args),
    subscribe: (...args) => of.subscribe(...args),
    ensureStream: (...args) => of.ensureStream(...args),
    publishDurable: (...args) => of.publishDurable(...args),
    consume: (...args) => of.consume(...args),
    connected: () => of.connected(),
    close: () => of.close(),
  };
}

const notice = (reply: JsonObject, operationId = `settle:${requestId}`) =>
  bus.publish(subjects.settled(edgeId), { operationId, reply });
const runDue = () => due.shift()?.task();

/** Waits until so many messages went to the stream: the ledger is asked first. */
async function untilPublished(count: number): Promise<void> {
  while (published.length < count) await real.timers.sleep(1);
}

describe("a ledger that is asked directly", () => {
  let asked: JsonObject[];
  const answering = (reply: () => Promise<JsonObject>) =>
    bus.respond(subjects.command(0), "ledger", (message) => {
      asked.push(message as JsonObject);
      return reply();
    });
  beforeEach(() => void (asked = []));

  it("settles without the stream", async () => {
    await answering(() => Promise.resolve(accepted));
    const { settled, stored } = journal.settle(settlement);
    await stored;
    expect(await settled).toMatchObject({ state: "settled", chargedMicroKyat: 5n });
    expect([published, journal.open(), due]).toEqual([[], 0, []]);
    expect(asked).toMatchObject([{ operationId: `settle:${requestId}`, type: "SettleHold" }]);
  });

  it.each([
    { status: "unavailable", message: "no writer", retryAfterMs: 5 },
    { status: "rejected", rejection: { code: "hold_not_found", message: "none", details: {} } },
    { nonsense: true },
  ])("and answers %j gets the settlement by the stream", async (reply) => {
    await answering(() => Promise.resolve(reply));
    const { settled } = journal.settle(settlement);
    await untilPublished(1);
    expect(published[0]?.message).toEqual(asked[0]);
    expect(journal.open()).toBe(1);
    notice(accepted);
    expect(await settled).not.toBeNull();
  });

  it("and fails gets the settlement by the stream", async () => {
    await answering(() => Promise.reject(new Error("out of order")));
    void journal.settle(settlement);
    await untilPublished(1);
    expect(journal.open()).toBe(1);
  });

  it("and answers after the journal was closed changes nothing", async () => {
    const late = Promise.withResolvers<JsonObject>();
    await answering(() => late.promise);
    const { settled } = journal.settle(settlement);
    await real.timers.sleep(1);
    await journal.close();
    late.resolve(accepted);
    expect(await settled).toBeNull();
    await real.timers.sleep(5);
    expect(published).toEqual([]);
  });
});

describe("the settlement journal", () => {
  it("resolves with the ledger's result", async () => {
    const { settled } = journal.settle(settlement);
    expect(journal.open()).toBe(1);
    notice(accepted);
    expect(await settled).toMatchObject({ state: "settled", chargedMicroKyat: 5n });
    expect([journal.open(), due]).toEqual([0, []]);
  });

  it("publishes again, ever later, with the same operation under a fresh message id", async () => {
    publishFails = true;
    const { settled } = journal.settle(settlement);
    await untilPublished(1);
    const delays: number[] = [];
    for (let round = 0; round < 7; round++) {
      delays.push(due[0]?.delayMs ?? 0);
      runDue();
    }
    expect(delays).toEqual([1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000]);
    expect(new Set(published.map(({ messageId }) => messageId)).size).toBe(8);
    expect(new Set(published.map(({ message }) => message.operationId)).size).toBe(1);
    notice(accepted);
    expect(await settled).not.toBeNull();
  });

  it("is safe once the stream has it, and not before", async () => {
    publishFails = true;
    const { stored } = journal.settle(settlement);
    let safe = false;
    void stored.then(() => safe = true);
    await untilPublished(1);
    await real.timers.sleep(5);
    expect(safe).toBe(false);
    publishFails = false;
    runDue();
    await stored;
  });

  it("takes unavailable for no answer, and a rejection for the last word", async () => {
    const { settled } = journal.settle(settlement);
    notice({ status: "unavailable", message: "no writer", retryAfterMs: 5 });
    notice(accepted, "settle:of-another");
    notice({ nonsense: true });
    await real.timers.sleep(5);
    expect(journal.open()).toBe(1);
    notice({
      status: "rejected",
      rejection: { code: "hold_settled", message: "is settled", details: {} },
    });
    expect(await settled).toBeNull();
  });

  it("drains at once when nothing is open, with the last settlement, or at its deadline", async () => {
    expect(await journal.drain(5)).toBe(0);
    void journal.settle(settlement);
    const drained = journal.drain(60_000);
    notice(accepted);
    expect(await drained).toBe(0);
    void journal.settle(settlement);
    const late = journal.drain(60_000);
    due.find(({ delayMs }) => delayMs === 60_000)?.task();
    expect(await late).toBe(1);
  });
});
