/** What a failure in the middle of loading leaves behind. */
import { sql } from "kysely";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { appendEvents, historyOf, openLog, type TestLog } from "../../tests/projections/mod.ts";
import type { LogRange } from "../log/mod.ts";
import type { Part, Projection } from "../projection/mod.ts";
import type { Queryable } from "../table/mod.ts";
import { loadRanges } from "./mod.ts";

let log: TestLog;
let head = 0n;

beforeAll(async () => {
  log = await openLog("pglite");
  head = await appendEvents(log.db, historyOf(7, 40), { recordedAtMs: 1_790_000_000_000 });
  await sql`create schema counted`.execute(log.db);
});

afterAll(() => log.close());

beforeEach(async () => {
  await sql`drop table if exists counted.events`.execute(log.db);
  await sql`create table counted.events (seen int8 not null)`.execute(log.db);
});

/** Adds up how many events it was given, so that an event given twice shows. */
function counting(applyRange: Part["applyRange"] = countRange): Projection {
  const apply: Part["apply"] = (db, _schema, events) => add(db, BigInt(events.length));
  return { name: "counted", version: 1, parts: [{ tables: [], apply, applyRange: applyRange! }] };
}

const countRange = (db: Queryable, _schema: string, { after, to }: LogRange) => add(db, to - after);

async function add(db: Queryable, events: bigint): Promise<void> {
  await sql`insert into counted.events values (${events.toString()}::int8)`.execute(db);
}

async function seen(): Promise<bigint> {
  const { rows } = await sql<{ seen: string }>`
    select coalesce(sum(seen), 0)::text as seen from counted.events
  `.execute(log.db);
  return BigInt(rows[0]!.seen);
}

/** A database whose commits succeed, and whose answers to them are lost. */
function losingAnswers(db: Queryable): Queryable {
  const transaction = () => ({
    async execute<T>(work: (tx: Queryable) => Promise<T>): Promise<T> {
      await db.transaction().execute(work);
      throw new Error("the connection is lost");
    },
  });
  return new Proxy(db, {
    get(target, name) {
      if (name === "transaction") return transaction;
      const member = Reflect.get(target, name, target);
      return typeof member === "function" ? member.bind(target) : member;
    },
  });
}

const load = (db: Queryable, projection: Projection) =>
  loadRanges(
    { db, projection, schema: "counted" },
    [{ shard: 0, after: 0n, to: head }],
    () => Promise.resolve(),
  );

describe("loading a range in SQL", () => {
  it("ends when the answer to the commit is lost, and adds nothing twice", async () => {
    await expect(load(losingAnswers(log.db), counting())).rejects.toThrow("connection is lost");
    expect(await seen()).toBe(head);
  });

  it("folds the events where the SQL itself cannot, of which nothing stays", async () => {
    const refusing = counting(async (db, schema, range) => {
      await countRange(db, schema, range);
      throw new Error("not in SQL");
    });
    await load(log.db, refusing);
    expect(await seen()).toBe(head);
  });
});
