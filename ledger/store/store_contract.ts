/** What every event store keeps its word on, whichever database is under it. @module */
import { sql } from "kysely";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { frameHash, GENESIS_HASH, leafHash, merkleRoot } from "../integrity/mod.ts";
import type { Batch, NewEvent, Ownership, Posting } from "./event_store.ts";
import {
  createEventStore,
  type EventStore,
  type LedgerDatabase,
  migrate,
  MIGRATIONS,
} from "./mod.ts";

/** A fresh store to try the contract on. */
export interface ContractStore {
  readonly store: EventStore;
  /** Makes the lease on a shard one that has just ended. */
  endLease(shard: number): Promise<void>;
  /** Drops it. */
  close(): Promise<void>;
}

/** A database to try the contract on; `close` drops it. */
export interface ContractDatabase {
  readonly database: LedgerDatabase;
  close(): Promise<void>;
}

const requestId = (n: number) => `01890a5d-ac96-774b-bcce-${String(n).padStart(12, "0")}`;

/** A batch of CreditGranted events, one per account named, after a position. */
export function batchOf(
  ownership: Ownership,
  afterPosition: bigint,
  grants: readonly { accountId: string; version: number; requestId?: string }[],
  more: Partial<Batch> & { previousHash?: Uint8Array } = {},
): Batch {
  const { shard, epoch } = ownership;
  const postings: Posting[] = [];
  const events = grants.map(({ accountId, version, requestId: request }, index): NewEvent => {
    const position = afterPosition + BigInt(index) + 1n;
    const amounts = [1_000_000n, -1_000_000n];
    const legs = amounts.map((amount, leg) => ({
      account: leg === 0 ? "1000" : `2000:${accountId}`,
      currency: "MMK" as const,
      amount,
    }));
    postings.push(...legs.map((leg, number) => ({
      ...leg,
      position,
      leg: number + 1,
      balanceAfter: leg.amount * BigInt(version),
    })));
    const fields = {
      position,
      stream: `account-${accountId}`,
      version,
      type: "CreditGranted" as const,
      schemaVersion: 1,
      eventId: `01890a5d-ac96-774b-${shard.toString().padStart(4, "8")}-${
        position.toString().padStart(12, "0")
      }`,
      requestId: request ?? null,
      actor: "user:test",
      occurredAtMs: 1_700_000_000_000,
      recordedAtMs: 1_700_000_000_000 + index,
      payloadJson: `{"accountId":"${accountId}","amountMicroKyat":"1000000","reference":"ဝယ်\\n",` +
        `"source":"promotion"}`,
    };
    return { ...fields, hash: leafHash({ shard, ...fields, legs }) };
  });
  const header = {
    shard,
    firstPosition: afterPosition + 1n,
    count: events.length,
    previousHash: more.previousHash ?? GENESIS_HASH,
    merkleRoot: events.length === 0 ? GENESIS_HASH : merkleRoot(events.map(({ hash }) => hash)),
    epoch,
    recordedAtMs: 1_700_000_000_000,
  };
  return {
    ownership,
    afterPosition,
    events,
    postings,
    balances: postings.map(({ account, currency, balanceAfter }) => ({
      account,
      currency,
      balance: balanceAfter,
    })).filter(({ account }, index, all) =>
      all.findLastIndex((other) => other.account === account) === index
    ),
    holdsOpened: [],
    holdsExtended: [],
    holdsClosed: [],
    outcomes: [],
    frame: events.length === 0 ? null : { ...header, hash: frameHash(header) },
    leaseMs: 2_000,
    ...more,
  };
}

/** An accepted outcome of a grant. */
export function outcome(operationId: string, bodyHash = "ab".repeat(32)) {
  const reply = { status: "accepted", position: "1", result: { text: "“ok”" } };
  return { operationId, operation: "GrantCredit", bodyHash, outcome: reply, position: 1n };
}

/** Runs the contract, and what only a database can break; `open` gives a fresh one, migrated. */
export function sqlStoreContract(name: string, open: () => Promise<ContractDatabase>): void {
  eventStoreContract(name, async () => {
    const { database, close } = await open();
    return {
      store: createEventStore(database),
      async endLease(shard) {
        await sql`UPDATE ledger.shard_head SET lease_until = clock_timestamp() - interval '1 ms'
          WHERE shard = ${shard}`.execute(database);
      },
      close,
    };
  });

  describe(`the tables on ${name}`, () => {
    let opened: ContractDatabase;

    beforeAll(async () => {
      opened = await open();
    });
    afterAll(async () => {
      await opened.close();
    });

    for (const table of ["event", "posting", "frame", "tree_node", "checkpoint"]) {
      it.each([
        `UPDATE ledger.${table} SET shard = shard`,
        `DELETE FROM ledger.${table}`,
        `TRUNCATE ledger.${table}`,
      ])("refuses %s", async (statement) => {
        await expect(sql.raw(statement).execute(opened.database))
          .rejects.toThrow(`ledger.${table} is append-only`);
      });
    }

    it("migrates once, and not past a migration that it does not know", async () => {
      expect(await migrate(opened.database)).toBe(0);
      await expect(migrate(opened.database, MIGRATIONS.slice(1))).rejects.toThrow("does not know");
    });
  });
}

/** Runs the contract that every store keeps; `open` gives a fresh one. */
export function eventStoreContract(name: string, open: () => Promise<ContractStore>): void {
  describe(`the event store on ${name}`, () => {
    let opened: ContractStore;
    let store: EventStore;
    let shards = 0;

    beforeAll(async () => {
      opened = await open();
      store = opened.store;
    });
    afterAll(async () => {
      await opened.close();
    });

    const own = async (owner = "one"): Promise<Ownership> => {
      const shard = shards++;
      const head = await store.acquire({ shard, owner, leaseMs: 60_000 });
      return { shard, owner, epoch: head!.epoch };
    };

    it("appends events, postings, balances, outcomes and frame together, and reads them back", async () => {
      const ownership = await own();
      const { shard } = ownership;
      const batch = batchOf(ownership, 0n, [
        { accountId: "a", version: 1, requestId: requestId(1) },
        { accountId: "b", version: 1 },
      ], { outcomes: [outcome("op-1")] });
      expect(await store.append(batch)).toEqual({ status: "committed" });

      const events = await store.readShard(shard, 0n, 10);
      expect(events.map(({ position }) => position)).toEqual([1n, 2n]);
      const { payloadJson, ...written } = batch.events[0]!;
      expect(events[0]).toEqual({ shard, ...written, payload: JSON.parse(payloadJson) });
      expect(await store.readPostings(shard, 0n, 10)).toEqual(batch.postings);
      expect(await store.readFrames(shard, 0n, 10)).toEqual([batch.frame]);
      expect(await store.findOutcomes(shard, ["op-0", "op-1"])).toEqual(batch.outcomes);
      expect(await store.findByRequest(requestId(1))).toEqual([events[0]]);
      expect(await store.readHead(shard)).toEqual({
        position: 2n,
        frameHash: batch.frame!.hash,
        epoch: ownership.epoch,
        owner: "one",
      });
      const balances = await store.readBalances({ shard, after: null, limit: 10 });
      expect(balances.map(({ account, balance }) => [account, balance])).toEqual([
        ["1000", 1_000_000n],
        ["2000:a", -1_000_000n],
        ["2000:b", -1_000_000n],
      ]);
      const rest = await store.readBalances({ shard, after: balances[1]!, limit: 10 });
      expect(rest.map(({ account }) => account)).toEqual(["2000:b"]);
    });

    it("reads a stream from a version and a shard from a position, bounded", async () => {
      const ownership = await own();
      const { shard } = ownership;
      const versions = [1, 2, 3, 4].map((version) => ({ accountId: "a", version }));
      await store.append(batchOf(ownership, 0n, versions));
      const stream = { shard, stream: "account-a" };
      const read = await store.readStream({ ...stream, fromVersion: 2, limit: 2 });
      expect(read.map(({ version }) => version)).toEqual([2, 3]);
      expect((await store.readShard(shard, 1n, 2)).map(({ position }) => position))
        .toEqual([2n, 3n]);
      expect(await store.readShard(shard, 4n, 10)).toEqual([]);
      await expect(store.readShard(shard, 0n, 10_001)).rejects.toThrow("10000");
      await expect(store.readShard(shard, 0n, 0)).rejects.toThrow(RangeError);
    });

    it("refuses positions with gaps and frames that do not cover the events", async () => {
      const ownership = await own();
      const batch = batchOf(ownership, 0n, [{ accountId: "a", version: 1 }]);
      const gap = { ...batch, events: [{ ...batch.events[0]!, position: 2n }] };
      await expect(store.append(gap)).rejects.toThrow("expected position 1");
      await expect(store.append({ ...batch, frame: null })).rejects.toThrow("frame");
    });

    it("refuses a stream version that is taken or that leaves a gap, writing nothing", async () => {
      const ownership = await own();
      const { shard } = ownership;
      await store.append(batchOf(ownership, 0n, [{ accountId: "a", version: 1 }]));
      const conflict = { status: "version_conflict" };
      for (const version of [1, 3]) {
        const batch = batchOf(ownership, 1n, [
          { accountId: "b", version: 1 },
          { accountId: "a", version },
        ]);
        expect(await store.append(batch)).toEqual(conflict);
      }
      expect(await store.append(batchOf(ownership, 1n, [{ accountId: "c", version: 2 }])))
        .toEqual(conflict);
      expect(await store.readShard(shard, 1n, 10)).toEqual([]);
      expect((await store.readHead(shard))!.position).toBe(1n);
    });

    it("refuses an operation id that has an outcome, writing nothing", async () => {
      const ownership = await own();
      const { shard } = ownership;
      const outcomes = [outcome("op-1")];
      await store.append(batchOf(ownership, 0n, [{ accountId: "a", version: 1 }], { outcomes }));
      const again = batchOf(ownership, 1n, [{ accountId: "a", version: 2 }], {
        outcomes: [outcome("op-2"), outcome("op-1", "cd".repeat(32))],
      });
      expect(await store.append(again)).toEqual({ status: "operation_exists" });
      expect(await store.findOutcomes(shard, ["op-1", "op-2"])).toEqual(outcomes);
      expect(await store.readShard(shard, 1n, 1)).toEqual([]);
    });

    it("keeps outcomes without events: a rejection is remembered too", async () => {
      const ownership = await own();
      const batch = batchOf(ownership, 0n, [], { outcomes: [outcome("no")] });
      expect(await store.append(batch)).toEqual({ status: "committed" });
      expect(await store.findOutcomes(ownership.shard, ["no"])).toHaveLength(1);
      expect((await store.readHead(ownership.shard))!.position).toBe(0n);
    });

    it("keeps the table of open holds", async () => {
      const ownership = await own();
      const { shard } = ownership;
      const hold = (n: number) => ({
        requestId: requestId(n),
        accountId: "a",
        amountMicroKyat: 2n ** 63n - 1n,
        expiresAtMs: 1_700_000_000_000 + n,
        position: 1n,
      });
      await store.append(batchOf(ownership, 0n, [], { holdsOpened: [hold(2), hold(1)] }));
      expect(await store.readOpenHolds(shard, 10)).toEqual([hold(1), hold(2)]);
      await store.append(batchOf(ownership, 0n, [], {
        holdsExtended: [{ requestId: requestId(1), expiresAtMs: 1_800_000_000_000 }],
        holdsClosed: [requestId(2)],
      }));
      expect(await store.readOpenHolds(shard, 10))
        .toEqual([{ ...hold(1), expiresAtMs: 1_800_000_000_000 }]);
    });

    it("keeps amounts beyond 63 bits: the platform's accounts sum over everybody", async () => {
      const ownership = await own();
      const { shard } = ownership;
      const huge = 2n ** 63n * 1_000n;
      const balances = [{ account: "1000", currency: "MMK", balance: huge }];
      const batch = batchOf(ownership, 0n, [{ accountId: "a", version: 1 }], { balances });
      await store.append(batch);
      const [read] = await store.readBalances({ shard, after: null, limit: 1 });
      expect(read!.balance).toBe(huge);
    });

    describe("ownership", () => {
      it("is one's at a time, until the lease ends by the database's clock", async () => {
        const { shard } = await own("one");
        const request = { shard, owner: "two", leaseMs: 60_000 };
        expect(await store.acquire(request)).toBeNull();
        await opened.endLease(shard);
        expect(await store.acquire(request)).toMatchObject({ owner: "two", epoch: 2n });
      });

      it("passes at once when released, or when the taker is exclusive", async () => {
        const one = await own("one");
        const { shard } = one;
        await store.release(one);
        const two = await store.acquire({ shard, owner: "two", leaseMs: 60_000 });
        expect(two).toMatchObject({ epoch: 2n });
        await store.release(one);
        expect((await store.readHead(shard))!.owner).toBe("two");
        const three = { shard, owner: "three", leaseMs: 60_000, exclusive: true };
        expect(await store.acquire(three)).toMatchObject({ epoch: 3n, owner: "three" });
      });

      it("fences: who lost the shard can neither append nor renew", async () => {
        const zombie = await own("zombie");
        const { shard } = zombie;
        const head = await store.acquire({ shard, owner: "new", leaseMs: 60_000, exclusive: true });
        const owner = { shard, owner: "new", epoch: head!.epoch };
        const batch = (ownership: Ownership) =>
          batchOf(ownership, 0n, [{ accountId: "a", version: 1 }]);
        expect(await store.append(batch(zombie))).toEqual({ status: "fenced" });
        expect(await store.renew(zombie, 2_000)).toBe(false);
        expect(await store.reclaim(zombie, 2_000)).toBeNull();
        expect(await store.append(batch(owner))).toEqual({ status: "committed" });
        expect(await store.append(batch(zombie))).toEqual({ status: "fenced" });
        expect(await store.renew(owner, 2_000)).toBe(true);
      });

      it("fences an append that does not follow the head", async () => {
        const ownership = await own();
        await store.append(batchOf(ownership, 0n, [{ accountId: "a", version: 1 }]));
        const stale = batchOf(ownership, 0n, [{ accountId: "b", version: 1 }]);
        expect(await store.append(stale)).toEqual({ status: "fenced" });
      });

      it("tells by a new epoch where the log stands", async () => {
        const ownership = await own();
        const batch = batchOf(ownership, 0n, [{ accountId: "a", version: 1 }]);
        await store.append(batch);
        expect(await store.reclaim(ownership, 2_000)).toEqual({
          position: 1n,
          frameHash: batch.frame!.hash,
          epoch: ownership.epoch + 1n,
          owner: "one",
        });
        const late = batchOf(ownership, 1n, [{ accountId: "a", version: 2 }]);
        expect(await store.append(late)).toEqual({ status: "fenced" });
      });
    });
  });
}
