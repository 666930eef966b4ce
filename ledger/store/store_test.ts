import postgres from "postgres";
import { describe, expect, it } from "vitest";
import { testDatabase } from "../../tests/servers/mod.ts";
import { createEventStore, openPglite, openPostgres } from "./mod.ts";
import { batchOf, outcome, sqlStoreContract } from "./store_contract.ts";

sqlStoreContract("PGlite", async () => {
  const database = await openPglite(null);
  return { database, close: () => database.destroy() };
});

sqlStoreContract("PostgreSQL", async () => {
  const { url, drop } = await testDatabase();
  const database = await openPostgres(url);
  return {
    database,
    async close() {
      await database.destroy();
      await drop();
    },
  };
});

describe("processes at one PostgreSQL", () => {
  it("migrate at the same time without a conflict", async () => {
    const { url, drop } = await testDatabase();
    const databases = await Promise.all([1, 2, 3, 4].map(() => openPostgres(url)));
    for (const database of databases) await database.destroy();
    await drop();
  });

  it("append one after the other: of two owners with one epoch each, the older writes nothing", async () => {
    const { url, drop } = await testDatabase();
    const [one, two] = await Promise.all([openPostgres(url), openPostgres(url)]);
    const [zombie, owner] = [createEventStore(one), createEventStore(two)];
    const first = await zombie.acquire({ shard: 0, owner: "zombie", leaseMs: 1 });
    const appends = [];
    for (let position = 0n; position < 20n; position++) {
      const ownership = { shard: 0, owner: "zombie", epoch: first!.epoch };
      const grant = { accountId: `z${position}`, version: 1 };
      appends.push(zombie.append(batchOf(ownership, 0n, [grant])));
    }
    const head = await owner.acquire({ shard: 0, owner: "owner", leaseMs: 2_000, exclusive: true });
    const before = head!.position;
    const ownership = { shard: 0, owner: "owner", epoch: head!.epoch };
    const grant = { accountId: "o", version: 1 };
    const mine = await owner.append(batchOf(ownership, before, [grant]));
    const committed = (await Promise.all(appends)).filter(({ status }) => status === "committed");
    expect(mine).toEqual({ status: "committed" });
    expect(BigInt(committed.length)).toBe(before);
    const log = await owner.readShard(0, 0n, 100);
    expect(log.map(({ position }) => position)).toEqual(log.map((_, index) => BigInt(index + 1)));
    expect(log).toHaveLength(committed.length + 1);
    await Promise.all([one.destroy(), two.destroy()]);
    await drop();
  });

  it("learn the truth about an append that still runs when its connection is lost", async () => {
    const { url, drop } = await testDatabase();
    const [database, other] = await Promise.all([openPostgres(url), openPostgres(url)]);
    const [store, second] = [createEventStore(database), createEventStore(other)];
    const head = await store.acquire({ shard: 0, owner: "one", leaseMs: 60_000 });
    const ownership = { shard: 0, owner: "one", epoch: head!.epoch };
    const admin = postgres(url, { max: 1, onnotice: () => {} });
    // The append stops at an outcome that another transaction has not committed, when it holds the
    // row of the head already.
    const reserved = await admin.reserve();
    await reserved`BEGIN`;
    await reserved`INSERT INTO ledger.outcome
      VALUES (0, 'op-1', 'GrantCredit', sha256(''), '{}', 0)`;
    const outcomes = [outcome("op-1")];
    const grants = [{ accountId: "a", version: 1 }];
    const append = store.append(batchOf(ownership, 0n, grants, { outcomes }));
    const waiting = async () => {
      const [row] = await reserved`SELECT count(*)::int AS waiting FROM pg_locks WHERE NOT granted`;
      return row!.waiting > 0;
    };
    while (!(await waiting())) await new Promise((resolve) => setTimeout(resolve, 5));
    const truth = second.reclaim(ownership, 2_000);
    await reserved`ROLLBACK`;
    expect(await append).toEqual({ status: "committed" });
    expect(await truth).toMatchObject({ position: 1n, epoch: head!.epoch + 1n });
    reserved.release();
    await admin.end();
    await Promise.all([database.destroy(), other.destroy()]);
    await drop();
  });
});
