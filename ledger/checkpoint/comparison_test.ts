import { describe, expect, it, onTestFinished } from "vitest";
import { createPglite, databaseOf, type LedgerDatabase, migrate } from "../store/mod.ts";
import { signCheckpoint } from "./note.ts";
import { readNote } from "./note.ts";
import {
  keyOf,
  type MemoryPlace,
  memoryPlace,
  type SigningOptions,
  startSigning,
  untilCovered,
} from "./testing/deployment.ts";

/** A database, and how to copy it as it is now. */
async function openDatabase(copy?: Blob): Promise<{
  database: LedgerDatabase;
  backUp(): Promise<Blob>;
}> {
  const pglite = await createPglite(null, copy === undefined ? {} : { loadDataDir: copy });
  onTestFinished(() => pglite.close());
  const database = databaseOf(pglite);
  await migrate(database);
  return { database, backUp: () => pglite.dumpDataDir("none") };
}

/** Starts a ledger and ends it again. Returns its newest note, or why it refused. */
async function tryToRun(options: SigningOptions): Promise<string> {
  const ledger = await startSigning(options);
  try {
    await ledger.ledger.ready(240_000);
    await ledger.call("POST", "/v1/accounts", { accountId: crypto.randomUUID(), name: "A" });
    return await untilCovered(ledger);
  } catch (error) {
    const { role, serving } = await ledger.status();
    expect([role, serving]).toEqual(["failed", false]);
    return (error as Error).message;
  } finally {
    await ledger.close();
  }
}

const lastOf = (place: MemoryPlace) => place.written.at(-1)!.note;

describe("a ledger that is started on a copy of its database", () => {
  it("refuses one that is older than what was signed, and runs on one that is not", async () => {
    const place = memoryPlace("the safe");
    const original = await openDatabase();
    await tryToRun({ database: original.database, places: [place] });
    const stale = await original.backUp();
    await tryToRun({ database: original.database, places: [place] });
    const good = await original.backUp();
    const newest = lastOf(place);

    const old = await openDatabase(stale);
    const message = await tryToRun({ database: old.database, places: [place] });
    expect(message).toContain(`the checkpoint of the safe covers position`);
    expect(message).toContain(`position ${readNote(newest)!.checkpoint.position}`);
    expect(message).toContain("Restore a newer backup");
    expect(message).toContain("docs/restore.md");
    // It has changed nothing: another try finds the same.
    expect(await tryToRun({ database: old.database, places: [place] })).toBe(message);
    expect(lastOf(place)).toBe(newest);

    const restored = await openDatabase(good);
    const next = readNote(await tryToRun({ database: restored.database, places: [place] }))!;
    expect(next.checkpoint.frames).toBeGreaterThan(readNote(newest)!.checkpoint.frames);
  });

  it("refuses one that went another way than what was signed", async () => {
    const original = await openDatabase();
    await tryToRun({ database: original.database, places: [memoryPlace("first")] });
    const copy = await openDatabase(await original.backUp());
    const [left, right] = [memoryPlace("left"), memoryPlace("right")];
    const unverifiedStart = true;
    await tryToRun({ database: original.database, places: [left], unverifiedStart });
    await tryToRun({ database: copy.database, places: [right], unverifiedStart });
    await tryToRun({ database: copy.database, places: [right] });
    const message = await tryToRun({ database: copy.database, places: [right, left] });
    expect(message).toContain("the log is not the one that the checkpoint of left signs");
    await tryToRun({ database: copy.database, places: [right] });
  });

  it("refuses a log whose frames were rewritten, although its tree was left as it was", async () => {
    const original = await openDatabase();
    const place = memoryPlace("the safe");
    await tryToRun({ database: original.database, places: [place] });
    const { checkpoint } = readNote(lastOf(place))!;
    const forged = { ...checkpoint, frameHash: new Uint8Array(32) };
    const note = signCheckpoint(forged, keyOf(1));
    const places = [memoryPlace("the safe", note)];
    const message = await tryToRun({ database: original.database, places });
    expect(message).toContain("the log is not the one");
  });

  it("refuses checkpoints of another log, of a stranger's key, and what is none", async () => {
    const { database } = await openDatabase();
    const place = memoryPlace("the safe");
    await tryToRun({ database, places: [place] });
    const { checkpoint } = readNote(lastOf(place))!;
    const cases: [string, string][] = [
      [signCheckpoint({ ...checkpoint, origin: "other/shard-0" }, keyOf(1)), "of other/shard-0"],
      [signCheckpoint(checkpoint, keyOf(9)), "none of the keys"],
      ["nonsense", "is no checkpoint"],
    ];
    for (const [note, expected] of cases) {
      const message = await tryToRun({ database, places: [memoryPlace("a shelf", note)] });
      expect(message).toContain("a shelf");
      expect(message).toContain(expected);
    }
  });

  it("passes over a place that can't be read, and believes the others", async () => {
    const { database } = await openDatabase();
    const away = memoryPlace("away");
    away.readNewest = () => Promise.reject(new Error("it is away"));
    const note = await tryToRun({ database, places: [away] });
    expect(readNote(note)).not.toBe(null);
  });

  it("keeps the name of its log", async () => {
    const { database } = await openDatabase();
    await tryToRun({ database, places: [] });
    const other = startSigning({ database, places: [], logName: "other.example/log" });
    await expect(other).rejects.toThrow("SARGALAY_LOG_NAME is other.example/log");
  });
});
