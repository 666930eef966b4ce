/**
 * What the NATS bus must keep beyond the contract of every bus: nothing acknowledged is lost when
 * the server dies.
 *
 * @module
 */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type NatsServer, startNats } from "../../../tests/servers/mod.ts";
import type { Bus, StreamReader } from "../bus.ts";
import { describeBus, eventually, realEffects } from "../bus_contract.ts";
import type { BusFault } from "../handling.ts";
import { connectNats, connectNatsBus } from "./mod.ts";

/** Runs both contracts on a nats-server, reached at the URL that `urlOf` picks. */
export function describeNatsBus(name: string, urlOf: (server: NatsServer) => string): void {
  let server: NatsServer;
  beforeAll(async () => {
    server = await startNats();
  });
  afterAll(() => server.stop());
  const open = async (onFault?: (fault: BusFault) => void): Promise<Bus & StreamReader> => {
    const connection = await connectNats(urlOf(server), {
      name: "contract",
      timers: realEffects.timers,
    });
    return connectNatsBus(connection, { ...realEffects, onFault });
  };
  describeBus(name, async () => ({ one: await open(), other: await open() }));

  describe(`a connection to ${name}`, () => {
    it("that is impossible fails in bounded time, without the password in its message", async () => {
      const { protocol } = new URL(urlOf(server));
      const attempt = connectNats(`${protocol}//user:hunter2@127.0.0.1:1`, {
        name: "contract",
        timers: realEffects.timers,
        timeoutMs: 300,
      });
      await expect(attempt).rejects.toThrow(/no connection to .*127\.0\.0\.1:1/);
      await expect(attempt).rejects.not.toThrow(/hunter2/);
    });

    it("to a URL that is none is refused", async () => {
      for (const url of ["", "127.0.0.1", "http://127.0.0.1", "nats://a:1,ws://b:2"]) {
        const attempt = connectNats(url, { name: "contract", timers: realEffects.timers });
        await expect(attempt).rejects.toMatchObject({ code: "failed" });
      }
    });

    it("brings back a stream that the server has lost", async () => {
      const bus = await open();
      const stream = { name: "LOST", subjects: ["lost.>"], duplicateWindowMs: 1_000 };
      await bus.ensureStream({ ...stream, maxMessages: 100 });
      const heard: unknown[] = [];
      await bus.consume("LOST", {
        durableName: "d",
        filterSubject: "lost.>",
        maxInFlight: 4,
        ackWaitMs: 1_000,
      }, ({ message }) => Promise.resolve(void heard.push(message)));
      const publish = (message: string) =>
        bus.publishDurable("lost.a", message, { messageId: message, timeoutMs: 5_000 });
      await publish("before");
      await eventually(() => heard.includes("before"), "the message before");
      const raw = await connectNats(urlOf(server), {
        name: "contract",
        timers: realEffects.timers,
      });
      await raw.request("$JS.API.STREAM.DELETE.LOST", "", { timeout: 5_000 });
      await raw.close();
      const until = performance.now() + 10_000;
      while (!await publish("after").then(() => true, () => false)) {
        if (performance.now() > until) throw new Error("the stream has not come back");
        await realEffects.timers.sleep(50);
      }
      await eventually(() => heard.includes("after"), "the message after");
      await bus.close();
    });

    it("drops a durable message that is not JSON and tells of it", async () => {
      const faults: BusFault[] = [];
      const bus = await open((fault) => faults.push(fault));
      await bus.ensureStream({
        name: "POISON",
        subjects: ["poison.>"],
        duplicateWindowMs: 1_000,
        maxMessages: 100,
      });
      const raw = await connectNats(urlOf(server), {
        name: "contract",
        timers: realEffects.timers,
      });
      await raw.request("poison.a", "{ not JSON", { timeout: 5_000 });
      await raw.close();
      const heard: unknown[] = [];
      await bus.consume("POISON", {
        durableName: "d",
        filterSubject: "poison.>",
        maxInFlight: 4,
        ackWaitMs: 300,
      }, ({ message }) => Promise.resolve(void heard.push(message)));
      await bus.publishDurable("poison.a", "good", { messageId: "good", timeoutMs: 5_000 });
      await eventually(() => heard.length === 1 && faults.length === 1, "the fault");
      await realEffects.timers.sleep(500);
      expect(faults.length).toBe(1);
      await bus.close();
    });
  });

  describe(`kill -9 of the server of ${name}`, () => {
    it("loses nothing acknowledged, and everything resumes by itself", async () => {
      const [edge, ledger] = [await open(), await open()];
      try {
        await killInMidRun({ edge, ledger, server });
      } finally {
        await Promise.all([edge.close(), ledger.close()]);
      }
    });
  });
}

async function killInMidRun(
  { edge, ledger, server }: { edge: Bus; ledger: Bus; server: NatsServer },
): Promise<void> {
  await ledger.ensureStream({
    name: "KILLED",
    subjects: ["killed.>"],
    duplicateWindowMs: 60_000,
    maxMessages: 1_000_000,
  });
  const committed = new Set<number>();
  await ledger.consume("KILLED", {
    durableName: "ledger",
    filterSubject: "killed.0.>",
    maxInFlight: 32,
    ackWaitMs: 2_000,
  }, async ({ message }) => {
    await realEffects.timers.sleep(1);
    if (typeof message === "number") committed.add(message);
  });
  await ledger.respond("killed-command", "ledger", (message) => Promise.resolve(message));

  const acknowledged = new Set<number>();
  let running = true;
  let next = 0;
  const publishing = Array.from({ length: 8 }, async () => {
    while (running) {
      const number = next++;
      // As an edge does: what was not acknowledged is published again under the same id.
      for (let done = false; !done && running;) {
        done = await edge.publishDurable("killed.0.settle", number, {
          messageId: `killed-${number}`,
          timeoutMs: 500,
        }).then(() => true, () => false);
        if (done) acknowledged.add(number);
      }
    }
  });
  for (const round of [1, 2]) {
    const before = acknowledged.size;
    await eventually(() => acknowledged.size > before + 200, `traffic before kill ${round}`);
    await server.kill();
    await eventually(() => !edge.connected() && !ledger.connected(), "the kill was noticed");
    await expect(edge.request("killed-command", 1, { timeoutMs: 50 })).rejects.toMatchObject({
      code: "no_responders",
    });
    await server.restart();
    await eventually(() => edge.connected() && ledger.connected(), "the reconnect");
    const after = committed.size;
    await eventually(() => committed.size > after + 200, `traffic after kill ${round}`);
  }
  running = false;
  await Promise.all(publishing);
  await eventually(
    () => [...acknowledged].every((number) => committed.has(number)),
    "all that was acknowledged arrived",
  );
  expect(await edge.request("killed-command", "alive", { timeoutMs: 5_000 })).toBe("alive");
}
