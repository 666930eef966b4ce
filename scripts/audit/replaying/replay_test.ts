import { sql } from "kysely";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { appendEvents, historyOf, openLog, type TestLog } from "../../../tests/projections/mod.ts";
import { writeBooks } from "../../../tests/projections/mod.ts";
import { eventText } from "../replay.ts";
import { replay, type ReplayedEvent } from "./replay.ts";

let log: TestLog;
let head = 0n;

beforeAll(async () => {
  log = await openLog("pglite");
  head = await appendEvents(log.db, historyOf(4, 400), { recordedAtMs: 1_800_000_000_000 });
  await writeBooks(log.db);
});

afterAll(() => log.close());

async function replayed(accountId: string, position = head): Promise<ReplayedEvent[]> {
  return await Array.fromAsync(replay({ db: log.db, shard: 0, accountId, position }));
}

describe("a replay", () => {
  it("leads to the balance in the books, event by event", async () => {
    for (const accountId of ["acc-1", "acc-2", "acc-3"]) {
      const events = await replayed(accountId);
      expect(events.length).toBeGreaterThan(20);
      expect(events.flatMap(({ findings }) => findings)).toEqual([]);
      const { rows } = await sql<{ account: string; balance: string }>`
        select account, balance from ledger.account where account like ${`20_0:${accountId}`}
        order by account
      `.execute(log.db);
      const last = events.at(-1)!;
      expect([-last.availableMicroKyat, -last.heldMicroKyat].map(String))
        .toEqual(rows.map(({ balance }) => String(balance)));
    }
  });

  it("up to a position begins as the whole one does", async () => {
    const whole = await replayed("acc-1");
    const position = whole[10]!.position;
    expect(await replayed("acc-1", position)).toEqual(whole.slice(0, 11));
    expect(await replayed("acc-1", 0n)).toEqual([]);
    expect(await replayed("acc-nobody")).toEqual([]);
  });

  it("reads for people", async () => {
    const [first] = await replayed("acc-1");
    expect(eventText(first!)).toContain("CreditGranted  by system:test");
    expect(eventText(first!)).toContain("= available 1000000000.000000, held 0.000000");
  });

  it("finds what was changed in the books", async () => {
    await sql`alter table ledger.posting disable trigger user`.execute(log.db);
    const change = async (set: string) => {
      await sql`update ledger.posting set ${sql.raw(set)}
        where account = '2000:acc-1' and position = (
          select max(position) from ledger.posting where account = '2000:acc-1')`.execute(log.db);
    };
    await change("balance_after = balance_after + 1");
    expect((await replayed("acc-1")).at(-1)!.findings).toHaveLength(1);
    await change("amount = amount + 1, balance_after = balance_after - 1");
    const { findings } = (await replayed("acc-1")).at(-1)!;
    expect(findings.join()).toMatch(/but the event says 2000:acc-1 MMK/);
    await change("amount = amount - 1");
  });
});
