import { sql } from "kysely";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type LedgerDatabase, openPostgres } from "../../ledger/store/mod.ts";
import { writeExport } from "../../scripts/audit/exporting/write_export.ts";
import { verifyDirectory } from "../../scripts/audit/verify_directory.ts";
import { fromBase64 } from "../../shared/verifier/mod.ts";
import { testDatabase } from "../servers/mod.ts";
import { FIRST_KEY, openRealLedger, ORIGIN, SECOND_KEY } from "./real_ledger.ts";
import { tellStory } from "./story.ts";

const directory = await Deno.makeTempDir({ prefix: "sargalay-audit-" });
let server: Awaited<ReturnType<typeof testDatabase>>;
let database: LedgerDatabase;

beforeAll(async () => {
  server = await testDatabase();
  database = await openPostgres(server.url);
});

afterAll(async () => {
  await database.destroy();
  await server.drop();
  await Deno.remove(directory, { recursive: true });
});

const told = [FIRST_KEY, SECOND_KEY].map(({ publicKey }) => ({
  name: ORIGIN,
  publicKey: fromBase64(publicKey)!,
}));

describe("an export from PostgreSQL", () => {
  it("is verified while the ledger goes on, and after another one took the shard over", async () => {
    const first = await openRealLedger(database, "first");
    await tellStory(first);
    const out = `${directory}/first`;
    await writeExport({ database, shard: 0, from: null, to: null, directory: out });
    await first.close();
    expect(await verifyDirectory(out, { keys: told })).toMatchObject({ ok: true, findings: [] });

    const second = await openRealLedger(database, "second", SECOND_KEY);
    await second.give("OpenAccount", { accountId: "acc-8", name: "Later" });
    await second.cover();
    await second.close();
    const longer = `${directory}/longer`;
    const notes = [JSON.parse(await newestLine(`${out}/checkpoints-000001.ndjson`)).note];
    await writeExport({ database, shard: 0, from: null, to: null, directory: longer });
    const report = await verifyDirectory(longer, { keys: told, checkpoints: notes });
    expect(report.findings).toEqual([]);
    const lastFrame = JSON.parse(await newestLine(`${longer}/frames-000001.ndjson`));
    expect(lastFrame.epoch).toBeGreaterThan(1);
    expect(report.checks.find(({ id }) => id === "outside")).toMatchObject({ checked: 1 });
  });

  it("of a log that was changed in the database names the event", async () => {
    await database.connection().execute(async (one) => {
      await sql`ALTER TABLE ledger.event DISABLE TRIGGER USER`.execute(one);
      await sql`UPDATE ledger.event SET payload = jsonb_set(payload, '{reference}', '"another"')
        WHERE type = 'CreditGranted' AND payload ->> 'accountId' = 'acc-2'`.execute(one);
      await sql`DELETE FROM ledger.event WHERE type = 'HoldExpired'`.execute(one);
      await sql`ALTER TABLE ledger.event ENABLE TRIGGER USER`.execute(one);
    });
    const out = `${directory}/changed`;
    await writeExport({ database, shard: 0, from: null, to: null, directory: out });
    const { ok, first, checks } = await verifyDirectory(out, { keys: told });
    expect(ok).toBe(false);
    expect(first).toMatchObject({ check: "leaf" });
    const failed = checks.filter((check) => check.failed > 0).map(({ id }) => id);
    for (const check of ["leaf", "positions", "root", "running"]) expect(failed).toContain(check);
  });
});

async function newestLine(file: string): Promise<string> {
  return (await Deno.readTextFile(file)).trimEnd().split("\n").at(-1)!;
}
