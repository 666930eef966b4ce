import { sql } from "kysely";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { appendEvents, historyOf, openLog, type TestLog } from "../../tests/projections/mod.ts";
import { readRange, requireKnown } from "./mod.ts";

let log: TestLog;
let head = 0n;

beforeAll(async () => {
  log = await openLog("pglite");
  head = await appendEvents(log.db, historyOf(7, 20), { recordedAtMs: 1_790_000_000_000 });
});

afterAll(() => log.close());

describe("a range of the log", () => {
  it("is known when each of its events is", async () => {
    await requireKnown(log.db, { shard: 0, after: 0n, to: head });
    await expect(requireKnown(log.db, { shard: 0, after: 0n, to: head + 1n })).rejects.toThrow(
      "gap",
    );
  });

  it.each(["MoonPhased", "toString", "constructor", "__proto__"])(
    "is refused with an event of the type %s",
    async (type) => {
      const after = head++;
      await sql`
        insert into ledger.event (shard, position, stream, version, type, schema_version, event_id,
          actor, occurred_at, recorded_at, payload, hash)
        values (0, ${head.toString()}::int8, ${type}, 1, ${type}, 1, gen_random_uuid(),
          'system:test', 0, 0, '{}', decode(repeat('00', 32), 'hex'))
      `.execute(log.db);
      const range = { shard: 0, after, to: head };
      await expect(requireKnown(log.db, range)).rejects.toThrow("not known");
      const { events, failure } = await readRange(log.db, range);
      expect([events, failure?.position]).toEqual([[], head]);
    },
  );
});
