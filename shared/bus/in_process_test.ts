import { expect, it } from "vitest";
import { describeBus, eventually, realEffects } from "./bus_contract.ts";
import type { BusFault } from "./handling.ts";
import { createInProcessBus } from "./in_process.ts";

describeBus("the in-process bus", () => {
  const bus = createInProcessBus(realEffects);
  return Promise.resolve({ one: bus, other: bus });
});

const stream = { name: "S", subjects: ["s.>"], duplicateWindowMs: 1_000, maxMessages: 3 };

it("the in-process bus tells of handlers that throw", async () => {
  const faults: BusFault[] = [];
  const bus = createInProcessBus({ ...realEffects, onFault: (fault) => faults.push(fault) });
  await bus.respond("ask", "q", () => Promise.reject(new Error("broken")));
  await bus.request("ask", 1, { timeoutMs: 1_000 }).catch(() => {});
  await bus.subscribe("tell", () => {
    throw new Error("broken");
  });
  bus.publish("tell", 1);
  await eventually(() => faults.length === 2, "both faults");
  expect(faults.map(({ during, subject }) => `${during} ${subject}`)).toEqual([
    "respond ask",
    "subscribe tell",
  ]);
  await bus.close();
});

it("the in-process stream keeps the newest messages up to its bound", async () => {
  const bus = createInProcessBus(realEffects);
  await bus.ensureStream(stream);
  for (const number of [1, 2, 3, 4, 5]) {
    await bus.publishDurable("s.a", number, { messageId: `${number}`, timeoutMs: 1_000 });
  }
  const heard: unknown[] = [];
  await bus.consume("S", {
    durableName: "d",
    filterSubject: "s.>",
    maxInFlight: 10,
    ackWaitMs: 1_000,
  }, ({ message }) => Promise.resolve(void heard.push(message)));
  await eventually(() => heard.length === 3, "what was kept");
  expect(heard).toEqual([3, 4, 5]);
  await bus.close();
});

it("the in-process stream forgets message ids after the window", async () => {
  let nowMs = 0;
  const bus = createInProcessBus({ ...realEffects, clock: { nowMs: () => nowMs } });
  await bus.ensureStream(stream);
  const publish = () => bus.publishDurable("s.a", 1, { messageId: "a", timeoutMs: 1_000 });
  expect(await publish()).toEqual({ sequence: 1, duplicate: false });
  nowMs = 999;
  expect(await publish()).toEqual({ sequence: 1, duplicate: true });
  nowMs = 1_000;
  expect(await publish()).toEqual({ sequence: 2, duplicate: false });
  await bus.close();
});

it("the in-process bus gives up waiting for a handler that hangs", async () => {
  const bus = createInProcessBus({ ...realEffects, stopTimeoutMs: 20 });
  const { promise: never, resolve } = Promise.withResolvers<null>();
  await bus.respond("ask", "q", () => never);
  const asked = bus.request("ask", 1, { timeoutMs: 10_000 }).catch((error: unknown) => error);
  await bus.close();
  expect(await asked).toMatchObject({ code: "closed" });
  resolve(null);
});
