/** What the writer keeps its word on, whichever database is under it. @module */
import { sql } from "kysely";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { CommandEnvelope } from "../../shared/commands/mod.ts";
import { createEffects, type Effects, platformOf } from "../../shared/effects.ts";
import { createEventStore, type EventStore, type LedgerDatabase } from "../store/mod.ts";
import { createWriter, LogDamagedError, type Writer, type WriterOptions } from "./mod.ts";
import { grant, hold, release, requestIdOf, toyDomain, type ToyState } from "./testing/mod.ts";

/** A database to try the contract on. */
export interface ContractDatabase {
  readonly database: LedgerDatabase;
  close(): Promise<void>;
}

/** Everything in a shard's log, and that its books balance and its positions have no gaps. */
export async function readLog(store: EventStore, shard: number) {
  const events = await store.readShard(shard, 0n, 10_000);
  expect(events.map(({ position }) => position))
    .toEqual(events.map((_, index) => BigInt(index + 1)));
  const postings = await store.readPostings(shard, 0n, 10_000);
  const latest = new Map<string, bigint>();
  for (const { account, amount, balanceAfter } of postings) {
    expect(balanceAfter).toBe((latest.get(account) ?? 0n) + amount);
    latest.set(account, balanceAfter);
  }
  expect([...latest.values()].reduce((sum, balance) => sum + balance, 0n)).toBe(0n);
  const balances = await store.readBalances({ shard, after: null, limit: 10_000 });
  expect(new Map(balances.map(({ account, balance }) => [account, balance]))).toEqual(latest);
  return events;
}

/** Waits until something holds; the test's own deadline is the limit. */
export async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await holds())) await new Promise((resolve) => setTimeout(resolve, 5));
}

/** A store whose appends a test may disturb. */
export function disturbed(
  store: EventStore,
  append: (real: EventStore["append"], ...batch: Parameters<EventStore["append"]>) => ReturnType<
    EventStore["append"]
  >,
): EventStore {
  return { ...store, append: (batch) => append(store.append, batch) };
}

/** Runs the contract; `open` gives a fresh database, migrated. */
export function writerContract(name: string, open: () => Promise<ContractDatabase>): void {
  describe(`the writer on ${name}`, () => {
    let opened: ContractDatabase;
    let store: EventStore;
    let shard = 0;
    let owners = 0;
    let nowMs = 1_800_000_000_000;
    let running: Writer<ToyState>[] = [];
    const real = createEffects(platformOf(globalThis));
    let ticks = 0;
    const every: Effects["timers"]["every"] = (periodMs, task) =>
      real.timers.every(periodMs, () => {
        task();
        ticks += 1;
      });
    const effects: Effects = {
      ...real,
      clock: { nowMs: () => nowMs },
      timers: { ...real.timers, every },
    };
    /** Resolves once writers have looked twice at what has fallen due. */
    const untilTicked = async () => {
      const before = ticks;
      await until(() => ticks >= before + 2);
    };

    beforeAll(async () => {
      opened = await open();
      store = createEventStore(opened.database);
    });
    beforeEach(async () => {
      await Promise.all(running.map((writer) => writer.stop()));
      running = [];
      shard += 1;
    });
    afterAll(async () => {
      await Promise.all(running.map((writer) => writer.stop()));
      await opened.close();
    });

    const build = (options: Partial<WriterOptions<ToyState>> = {}): Writer<ToyState> => {
      const owner = `writer-${owners++}`;
      const writer = createWriter({
        store,
        domain: toyDomain,
        shard,
        owner,
        effects,
        tickMs: 20,
        ...options,
      });
      running.push(writer);
      return writer;
    };
    const start = async (options: Partial<WriterOptions<ToyState>> = {}) => {
      const writer = build(options);
      await writer.start();
      return writer;
    };
    const submitAll = (writer: Writer<ToyState>, envelopes: readonly CommandEnvelope[]) =>
      Promise.all(envelopes.map((envelope) => writer.submit(envelope)));

    it("answers after the commit, with the position of the last event", async () => {
      const committed: bigint[] = [];
      const writer = await start({ onCommitted: ({ position }) => committed.push(position) });
      const reply = await writer.submit(grant("g1", "a", 100n));
      expect(reply).toEqual({ status: "accepted", position: "1", result: { events: 1 } });
      expect(committed).toEqual([1n]);
      const [event] = await readLog(store, shard);
      expect(event).toMatchObject({
        type: "CreditGranted",
        actor: "user:test",
        recordedAtMs: nowMs,
        stream: "account-a",
      });
      expect(writer.status()).toMatchObject({ role: "owner", position: 1n, committedPosition: 1n });
    });

    it("commits what gathers in groups, and stays correct", async () => {
      let appends = 0;
      const counted = disturbed(store, (append, batch) => {
        appends += 1;
        return append(batch);
      });
      const writer = await start({ store: counted, maxBatch: 100 });
      await writer.submit(grant("g", "a", 300n));
      appends = 0;
      const holds = Array.from({ length: 500 }, (_, n) => hold(n, "a", 1));
      const replies = await submitAll(writer, holds);
      expect(replies.filter(({ status }) => status === "accepted")).toHaveLength(300);
      expect(replies.filter(({ status }) => status === "rejected")).toHaveLength(200);
      expect(appends).toBeLessThanOrEqual(8);
      expect(await readLog(store, shard)).toHaveLength(301);
      expect(await store.readOpenHolds(shard, 1_000)).toHaveLength(300);
    });

    it("gives the same id the same outcome, and another body under it a conflict", async () => {
      const writer = await start();
      const first = grant("g1", "a", 100n);
      const replies = await submitAll(writer, [first, first, grant("g1", "a", 200n), first]);
      expect(replies[1]).toEqual(replies[0]);
      expect(replies[3]).toEqual(replies[0]);
      expect(replies[2]).toMatchObject({ rejection: { code: "operation_conflict" } });
      expect(await writer.submit(first)).toEqual(replies[0]);
      expect(await writer.submit(grant("g1", "b", 100n))).toMatchObject(replies[2]!);
      expect(await readLog(store, shard)).toHaveLength(1);
    });

    it("remembers rejections, but not conflicts and what it can't read", async () => {
      const writer = await start();
      const poor = await writer.submit(hold(1, "a", 50));
      expect(poor).toMatchObject({ rejection: { code: "insufficient_credit" } });
      await writer.submit(grant("g1", "a", 100n));
      expect(await writer.submit(hold(1, "a", 50))).toEqual(poor);
      const broken = { ...grant("g2", "a", 1n), body: { accountId: "A!" } };
      expect(await writer.submit(broken)).toMatchObject({ rejection: { code: "invalid_command" } });
      expect(await writer.submit(grant("g2", "a", 1n))).toMatchObject({ status: "accepted" });
      const stored = await store.findOutcomes(shard, [`hold:${requestIdOf(1)}`, "g2"]);
      expect(stored).toHaveLength(2);
    });

    it("keeps outcomes and state over a restart", async () => {
      const first = await start();
      const granted = await first.submit(grant("g1", "a", 100n));
      const held = await first.submit(hold(1, "a", 60));
      const refused = await first.submit(hold(2, "a", 60));
      await first.stop();
      expect(await first.submit(grant("g2", "a", 1n))).toMatchObject({ status: "unavailable" });
      const second = await start();
      const replies = await submitAll(second, [
        hold(1, "a", 60),
        hold(3, "a", 40),
        hold(2, "a", 60),
        grant("g1", "a", 100n),
        hold(1, "a", 61),
      ]);
      expect([replies[0], replies[2], replies[3]]).toEqual([held, refused, granted]);
      expect(replies[1]).toMatchObject({ status: "accepted", position: "3" });
      expect(replies[4]).toMatchObject({ rejection: { code: "operation_conflict" } });
      expect(await readLog(store, shard)).toHaveLength(3);
      expect(second.read((state) => state.available.get("a"))).toBe(0n);
    });

    it("decides a batch anew when an old operation led to events in it", async () => {
      const first = await start();
      const granted = await first.submit(grant("g1", "a", 100n));
      await first.stop();
      // Nothing is looked up before: the old grant is noticed only when its outcome is inserted.
      const second = await start({ decidedOnce: () => true });
      const replies = await submitAll(second, [
        grant("g2", "a", 10n),
        grant("g1", "a", 100n),
        hold(1, "a", 105),
        hold(2, "a", 200),
      ]);
      expect(replies[0]).toMatchObject({ status: "accepted", position: "2" });
      expect(replies[1]).toEqual(granted);
      expect(replies[2]).toMatchObject({ status: "accepted", position: "3" });
      expect(replies[3]).toMatchObject({ rejection: { code: "insufficient_credit" } });
      expect(await readLog(store, shard)).toHaveLength(3);
    });

    it("ends holds whose time is up by itself, each once", async () => {
      const writer = await start({ maxDue: 3 });
      await writer.submit(grant("g1", "a", 100n));
      await submitAll(writer, Array.from({ length: 10 }, (_, n) => hold(n, "a", 10, 1_000)));
      nowMs += 999;
      await untilTicked();
      expect(writer.read(({ holds }) => holds.size)).toBe(10);
      nowMs += 1;
      await until(() => writer.readCommitted(({ holds }) => holds.size === 0));
      const events = await readLog(store, shard);
      const expired = events.filter(({ type }) => type === "HoldExpired");
      expect(expired).toHaveLength(10);
      expect(new Set(expired.map(({ actor }) => actor))).toEqual(new Set(["system:ledger"]));
      expect(await store.readOpenHolds(shard, 10)).toEqual([]);
      expect(await writer.submit(release(1, "a"))).toMatchObject({ status: "rejected" });
    });

    it("ends a hold at the very time that made it due, though the clock steps back", async () => {
      const steps: number[] = [];
      // Like an account's: what is not due yet may not end.
      const strict: typeof toyDomain = {
        ...toyDomain,
        due(state, atMs, limit) {
          const due = toyDomain.due(state, atMs, limit);
          if (due.length > 0) steps.push(nowMs -= 500);
          return due;
        },
        decide(state, command, time) {
          const held = "requestId" in command.body ? state.holds.get(command.body.requestId) : null;
          const early = command.type === "ExpireHold" && held && held.expiresAtMs > time.nowMs;
          const rejection = { code: "hold_not_found", message: "early", details: {} } as const;
          return early ? { status: "rejected", rejection } : toyDomain.decide(state, command, time);
        },
      };
      const writer = await start({ domain: strict });
      await writer.submit(grant("g1", "a", 100n));
      await submitAll(writer, [hold(1, "a", 10, 1_000), hold(2, "a", 10, 1_000)]);
      // Asked by somebody else too early: that rejection must not hold the hold for ever.
      const body = { accountId: "a", requestId: requestIdOf(1) };
      const asked = { actor: "user:test", occurredAtMs: 1, type: "ExpireHold" as const, body };
      const early = await writer.submit({ operationId: `expire:${requestIdOf(1)}`, ...asked });
      expect(early).toMatchObject({ status: "rejected" });
      nowMs += 1_000;
      await until(() => writer.readCommitted(({ holds }) => holds.size === 0));
      expect(steps).toHaveLength(1);
      const outcome = await store.findOutcomes(shard, [`expire:${requestIdOf(2)}`]);
      expect(outcome).toMatchObject([{ outcome: { status: "accepted" } }]);
      nowMs += 500;
    });

    it("lets what was reported during an outage come before the holds' end", async () => {
      const first = await start();
      await first.submit(grant("g1", "a", 100n));
      await submitAll(first, [hold(1, "a", 10, 1_000), hold(2, "a", 10, 1_000)]);
      await first.stop();
      nowMs += 30_000;
      let looks = 0;
      const watched: typeof toyDomain = {
        ...toyDomain,
        decide(...what) {
          looks += 1;
          return toyDomain.decide(...what);
        },
      };
      const second = await start({ domain: watched, expiryGraceMs: 1_000 });
      nowMs += 999;
      await untilTicked();
      expect(looks).toBe(0);
      expect(await second.submit(release(1, "a"))).toMatchObject({ status: "accepted" });
      nowMs += 1;
      await until(() => second.readCommitted(({ holds }) => holds.size === 0));
      const types = (await readLog(store, shard)).map(({ type }) => type);
      expect(types.slice(-2)).toEqual(["HoldReleased", "HoldExpired"]);
    });

    it("ends holds under a load that keeps every batch full", async () => {
      let proceed = () => {};
      let slow = false;
      const gated = disturbed(store, async (append, batch) => {
        if (slow) await new Promise<void>((resolve) => proceed = resolve);
        return append(batch);
      });
      let looks = 0;
      const watched: typeof toyDomain = {
        ...toyDomain,
        due(...what) {
          looks += 1;
          return toyDomain.due(...what);
        },
      };
      const options = { store: gated, domain: watched, maxBatch: 1, decidedOnce: () => true };
      const writer = await start(options);
      await writer.submit(grant("g0", "a", 100n));
      await writer.submit(hold(1, "a", 10, 1_000));
      slow = true;
      const load = Array.from({ length: 6 }, (_, n) => grant(`g${n + 1}`, "a", 1n));
      const inFlight = writer.submit(load.shift()!);
      await new Promise((resolve) => setTimeout(resolve, 10));
      const replies = Promise.all([inFlight, submitAll(writer, load)]);
      nowMs += 1_000;
      const seen = looks;
      await until(() => looks > seen);
      const opening = setInterval(() => proceed(), 1);
      for (const reply of (await replies).flat()) {
        expect(reply).toMatchObject({ status: "accepted" });
      }
      clearInterval(opening);
      slow = false;
      proceed();
      const types = (await readLog(store, shard)).map(({ type }) => type);
      // One grant was in flight, one was decided; the four that waited come after it.
      expect(types.indexOf("HoldExpired")).toBe(4);
    });

    it("never lets recorded time go back, even over a restart", async () => {
      const first = await start();
      await first.submit(grant("g1", "a", 1n));
      await first.stop();
      nowMs -= 60_000;
      const second = await start();
      await second.submit(grant("g2", "a", 1n));
      const [one, two] = await readLog(store, shard);
      expect(two!.recordedAtMs).toBe(one!.recordedAtMs);
      nowMs += 60_000;
    });

    it("fences a writer whose shard another has taken; it follows from then on", async () => {
      const zombie = await start();
      await zombie.submit(grant("g1", "a", 100n));
      const owner = await start({ exclusive: true });
      const reply = await zombie.submit(hold(1, "a", 60));
      expect(reply).toMatchObject({ status: "unavailable" });
      expect(await owner.submit(hold(1, "a", 60))).toMatchObject({ status: "accepted" });
      await until(() => zombie.status().role === "standby" && zombie.status().position === 2n);
      expect(await readLog(store, shard)).toHaveLength(2);
      await owner.stop();
      await until(() => zombie.status().role === "owner");
      expect(await zombie.submit(release(1, "a"))).toMatchObject({ status: "accepted" });
      expect(await readLog(store, shard)).toHaveLength(3);
    });

    it("steps down when it cannot reach its database for as long as its lease", async () => {
      let reachable = true;
      const cut = <Result>(real: () => Promise<Result>) =>
        reachable ? real() : Promise.reject(new Error("no route"));
      const writer = await start({
        store: {
          ...store,
          append: (batch) =>
            reachable
              ? store.append(batch)
              : Promise.resolve({ status: "unknown", error: new Error("no route") }),
          renew: (ownership, leaseMs) => cut(() => store.renew(ownership, leaseMs)),
          reclaim: (who, leaseMs) => cut(() => store.reclaim(who, leaseMs)),
          readFrames: (...what) => cut(() => store.readFrames(...what)),
        },
        leaseMs: 1_000,
        decidedOnce: () => true,
      });
      await writer.submit(grant("g1", "a", 100n));
      reachable = false;
      const cutOff = writer.submit(grant("g2", "a", 1n));
      nowMs += 1_000;
      expect(await writer.submit(grant("g3", "a", 1n))).toMatchObject({ status: "unavailable" });
      await expect(writer.readCommitted(({ holds }) => holds.size)).rejects.toThrow("renewed");
      await until(() => writer.status().role === "standby");
      expect(await cutOff).toMatchObject({ status: "unavailable" });
      reachable = true;
      await until(() => writer.status().role === "owner");
      expect(await writer.submit(grant("g2", "a", 1n))).toMatchObject({ status: "accepted" });
      expect(await readLog(store, shard)).toHaveLength(2);
    });

    it("has a standby that takes over and knows all outcomes", async () => {
      const roles: string[] = [];
      const first = await start();
      const second = build({ onRole: (role) => roles.push(role) });
      second.follow();
      const granted = await first.submit(grant("g1", "a", 100n));
      await until(() => second.read((state) => state.available.get("a") === 100n));
      expect(second.status().role).toBe("standby");
      await first.stop();
      await until(() => second.status().role === "owner");
      expect(roles).toEqual(["standby", "owner"]);
      expect(await second.submit(grant("g1", "a", 100n))).toEqual(granted);
      expect(await second.submit(hold(1, "a", 100))).toMatchObject({ position: "2" });
      expect(await readLog(store, shard)).toHaveLength(2);
    });

    it("takes for no damage what another wrote while it was taking the shard", async () => {
      const first = await start();
      await first.submit(grant("g0", "a", 1n));
      await first.stop();
      let third: Writer<ToyState> | null = null;
      const slow: EventStore = {
        ...store,
        async readBalances(request) {
          if (third === null) {
            third = await start({ exclusive: true });
            await third.submit(grant("g1", "a", 10n));
          }
          return await store.readBalances(request);
        },
      };
      const second = build({ store: slow });
      second.follow();
      await until(() => second.read((state) => state.available.get("a") === 11n));
      await third!.stop();
      await until(() => second.status().role === "owner");
      expect(second.status().failure).toBeNull();
    });

    it("answers what is stored to who asks again, though the answer of its append is lost", async () => {
      let lose = false;
      const lossy = disturbed(store, (append, batch) => {
        if (!lose) return append(batch);
        lose = false;
        return Promise.resolve({ status: "unknown", error: new Error("connection lost") });
      });
      const first = await start();
      await first.submit(grant("g0", "a", 10n));
      const held = await first.submit(hold(1, "a", 10));
      expect(held).toMatchObject({ status: "accepted" });
      await first.stop();
      const second = await start({ store: lossy });
      lose = true;
      // Nothing is left for it now, so that it is decided another way at first.
      expect(await second.submit(hold(1, "a", 10))).toEqual(held);
      expect(await readLog(store, shard)).toHaveLength(2);
    });

    it("learns whether a commit is in the log when its answer is lost", async () => {
      let lose: "before" | "after" | null = null;
      const lossy = disturbed(store, async (append, batch) => {
        const how = lose;
        lose = null;
        const lost = { status: "unknown", error: new Error("connection lost") } as const;
        if (how === "before") return lost;
        const result = await append(batch);
        return how === "after" ? lost : result;
      });
      const writer = await start({ store: lossy });
      await writer.submit(grant("g0", "a", 1_000n));
      for (const how of ["before", "after"] as const) {
        lose = how;
        const offset = how === "before" ? 100 : 200;
        const holds = Array.from({ length: 20 }, (_, n) => hold(offset + n, "a", 10));
        const replies = await submitAll(writer, holds);
        expect(replies.every(({ status }) => status === "accepted")).toBe(true);
        lose = how;
        // A batch of rejections alone leaves no frame to recognise it by.
        const poor = await writer.submit(hold(offset + 50, "nobody", 1));
        expect(poor).toMatchObject({ rejection: { code: "insufficient_credit" } });
      }
      expect(await readLog(store, shard)).toHaveLength(41);
    });

    it("answers unavailable at the deadline, and the truth when asked again", async () => {
      let proceed = () => {};
      const slow = disturbed(store, async (append, batch) => {
        await new Promise<void>((resolve) => proceed = resolve);
        return append(batch);
      });
      const writer = await start({ store: slow, deadlineMs: 500, maxPending: 2 });
      const late = writer.submit(grant("g1", "a", 1n));
      const other = writer.submit(grant("g2", "a", 1n));
      expect(await writer.submit(grant("g3", "a", 1n))).toMatchObject({ status: "unavailable" });
      nowMs += 501;
      expect(await late).toMatchObject({ status: "unavailable" });
      expect(await other).toMatchObject({ status: "unavailable" });
      const again = writer.submit(grant("g1", "a", 1n));
      const release = setInterval(() => proceed(), 5);
      expect(await again).toMatchObject({ status: "accepted" });
      await until(() => writer.status().pending === 0);
      clearInterval(release);
      const ids = (await store.findOutcomes(shard, ["g1", "g2"])).map(({ operationId }) =>
        operationId
      );
      expect((await readLog(store, shard)).length).toBe(ids.length);
    });

    it("does not let one command that the domain fails on hurt another", async () => {
      const writer = await start();
      const replies = await submitAll(writer, [
        grant("g1", "a", 1n),
        grant("g2", "a", 1n, "explode"),
        grant("g3", "a", 1n),
      ]);
      expect(replies.map(({ status }) => status)).toEqual(["accepted", "unavailable", "accepted"]);
      expect(await readLog(store, shard)).toHaveLength(2);
    });

    it("waits for the append in flight before it builds its state anew", async () => {
      let proceed = () => {};
      let slow = false;
      const gated = disturbed(store, async (append, batch) => {
        if (slow) await new Promise<void>((resolve) => proceed = resolve);
        return append(batch);
      });
      let failing = true;
      const fragile: typeof toyDomain = {
        ...toyDomain,
        evolve(state, placed) {
          const { event } = placed;
          const hurts = event.type === "CreditGranted" && event.payload.reference === "fragile";
          if (!failing || !hurts) return toyDomain.evolve(state, placed);
          failing = false;
          throw new Error("half done");
        },
      };
      const writer = await start({ store: gated, domain: fragile, decidedOnce: () => true });
      await writer.submit(grant("g0", "a", 100n));
      slow = true;
      const inFlight = writer.submit(hold(1, "a", 60));
      await until(() => writer.status().position === 2n);
      await new Promise((resolve) => setTimeout(resolve, 10));
      const hurt = writer.submit(grant("g1", "a", 1n, "fragile"));
      const after = writer.submit(hold(2, "a", 60));
      expect(await hurt).toMatchObject({ status: "unavailable" });
      await new Promise((resolve) => setTimeout(resolve, 50));
      slow = false;
      proceed();
      expect(await inFlight).toMatchObject({ status: "accepted", position: "2" });
      expect(await after).toMatchObject({ rejection: { code: "insufficient_credit" } });
      expect(await writer.submit(grant("g1", "a", 1n, "fragile"))).toMatchObject({
        status: "accepted",
        position: "3",
      });
      expect(writer.status()).toMatchObject({ role: "owner", position: 3n, pending: 0 });
      expect(await readLog(store, shard)).toHaveLength(3);
    });

    it("keeps its lease while it builds its state anew, however long that takes", async () => {
      const first = await start();
      await first.submit(grant("g1", "a", 100n));
      await first.stop();
      let gate: Promise<void> | null = null;
      let renewals = 0;
      const slow: EventStore = {
        ...store,
        renew(ownership, leaseMs) {
          renewals += 1;
          return store.renew(ownership, leaseMs);
        },
        async readFrames(...what) {
          await gate;
          return await store.readFrames(...what);
        },
      };
      const second = await start({ store: slow, decidedOnce: () => true, leaseMs: 1_000 });
      const opened = Promise.withResolvers<void>();
      gate = opened.promise;
      // An outcome that is noticed only when the append meets it makes the writer reload.
      const again = second.submit(grant("g1", "a", 100n));
      expect(await again).toMatchObject({ status: "accepted", position: "1" });
      const before = renewals;
      nowMs += 400;
      await until(() => renewals > before);
      gate = null;
      opened.resolve();
      expect(await second.submit(grant("g2", "a", 1n))).toMatchObject({ position: "2" });
    });

    it("reads the log again when a read of it never ends", async () => {
      const first = await start();
      await first.submit(grant("g1", "a", 100n));
      await first.stop();
      let hanging = 3;
      const stuck: EventStore = {
        ...store,
        readFrames: (...what) => hanging-- > 0 ? new Promise(() => {}) : store.readFrames(...what),
      };
      const second = await start({ store: stuck, callTimeoutMs: 200 });
      expect(hanging).toBeLessThanOrEqual(0);
      expect(await second.submit(grant("g2", "a", 1n))).toMatchObject({ position: "2" });
    });

    it("gives out what was read once it is in the log", async () => {
      let proceed = () => {};
      const slow = disturbed(store, async (append, batch) => {
        await new Promise<void>((resolve) => proceed = resolve);
        return append(batch);
      });
      const writer = await start({ store: slow });
      const granted = writer.submit(grant("g1", "a", 7n));
      await until(() => writer.read((state) => state.available.get("a") === 7n));
      let seen: bigint | undefined;
      const read = writer.readCommitted((state) => state.available.get("a"))
        .then((value) => seen = value);
      await new Promise((resolve) => setTimeout(resolve, 30));
      expect(seen).toBeUndefined();
      proceed();
      await Promise.all([granted, read]);
      expect(seen).toBe(7n);
    });

    it.each([
      ["payload", `UPDATE ledger.event SET payload = payload || '{"amountMicroKyat":"99"}'`],
      ["actor", `UPDATE ledger.event SET actor = 'user:other'`],
      ["event", `DELETE FROM ledger.event`],
      ["frame", `UPDATE ledger.frame SET recorded_at = recorded_at + 1`],
      ["posting's amount", `UPDATE ledger.posting SET amount = amount + 1`],
      ["posting's balance", `UPDATE ledger.posting SET balance_after = balance_after + 1`],
      ["posting", `DELETE FROM ledger.posting`],
      ["balance", `UPDATE ledger.account SET balance = balance + 1`],
    ])("stops at a log whose %s was tampered with", async (_what, change) => {
      const writer = await start();
      await writer.submit(grant("g1", "a", 100n));
      await writer.submit(grant("g2", "a", 100n));
      await writer.stop();
      const where = change.includes("account")
        ? `account = '1000'`
        : `${change.includes("frame") ? "first_position" : "position"} = 1`;
      await opened.database.transaction().execute(async (transaction) => {
        await sql`SET LOCAL session_replication_role = replica`.execute(transaction);
        await sql.raw(`${change} WHERE shard = ${shard} AND ${where}`).execute(transaction);
      });
      const next = build();
      await expect(next.start()).rejects.toThrow(LogDamagedError);
      expect(next.status()).toMatchObject({ role: "failed" });
      expect(await next.submit(grant("g3", "a", 1n))).toMatchObject({ status: "unavailable" });
    });
  });
}
