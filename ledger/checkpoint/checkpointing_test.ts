import { describe, expect, it, onTestFinished } from "vitest";
import { type LedgerDatabase, openPglite } from "../store/mod.ts";
import { checkConsistency, checkReceipt, openNote } from "./testing/check.ts";
import {
  eventually,
  keyOf,
  memoryPlace,
  type SigningLedger,
  type SigningOptions,
  startSigning,
  untilCovered,
} from "./testing/deployment.ts";

async function emptyDatabase(): Promise<LedgerDatabase> {
  const database = await openPglite(null);
  onTestFinished(() => database.destroy());
  return database;
}

async function start(options: SigningOptions): Promise<SigningLedger> {
  const started = await startSigning(options);
  onTestFinished(() => started.close());
  await started.ledger.ready(240_000);
  return started;
}

const open = ({ call }: SigningLedger, accountId: string) =>
  call("POST", "/v1/accounts", { accountId, name: accountId });

describe("a ledger that signs", () => {
  it("puts its key in force, covers what it commits, and brings it to every place", async () => {
    const places = [memoryPlace("one"), memoryPlace("two")];
    const ledger = await start({ database: await emptyDatabase(), places });
    const first = await untilCovered(ledger);
    await open(ledger, "acc-1");
    const second = await untilCovered(ledger);
    const { publicKey } = keyOf(1);
    const [older, newer] = [first, second].map((note) => openNote(note, publicKey));
    expect(older!.origin).toBe("test.example/log/shard-0");
    expect(newer!.frames).toBeGreaterThan(older!.frames);
    await eventually("the places have it", async () => {
      const { checkpoint } = await ledger.status();
      const { places, frames, problem } = checkpoint;
      expect(problem).toBe(null);
      return places.every((one: { frames: number }) => one.frames === frames) ? true : null;
    });
    for (const { written } of places) expect(written.at(-1)!.note).toBe(second);

    const keys = JSON.parse((await ledger.read("/checkpoints/0/keys")).text);
    expect(keys.keys).toMatchObject([{ publicKey, keyName: keys.origin, endorsement: null }]);
    expect(BigInt(keys.keys[0].position)).toBeLessThanOrEqual(older!.position);
    const path = `/checkpoints/0/consistency?from=${older!.frames}&to=${newer!.frames}`;
    const proof = JSON.parse((await ledger.read(path)).text);
    expect([proof.from, proof.to]).toEqual([first, second]);
    expect(checkConsistency(proof, { from: publicKey, to: publicKey })).toBe(true);
    const other = { ...proof, to: proof.from, from: proof.to };
    expect(checkConsistency(other, { from: publicKey, to: publicKey })).toBe(false);
  });

  it("proves every event of its log, and between any two checkpoints", async () => {
    const ledger = await start({ database: await emptyDatabase(), places: [] });
    for (let account = 1; account <= 5; account++) {
      await open(ledger, `acc-${account}`);
      if (account % 2 === 0) await untilCovered(ledger);
    }
    const note = await untilCovered(ledger);
    const { publicKey } = keyOf(1);
    const { position } = openNote(note, publicKey);
    for (let at = 1n; at <= position; at++) {
      const { status, answer } = await ledger.call("GET", `/v1/shards/0/events/${at}/proof`);
      expect([at, status]).toEqual([at, 200]);
      expect(answer.event.position).toBe(Number(at));
      expect(checkReceipt(answer, publicKey)).toBe(true);
      const forged = { ...answer, event: { ...answer.event, actor: "user:other" } };
      expect(checkReceipt(forged, publicKey)).toBe(false);
    }
    const beyond = await ledger.call("GET", `/v1/shards/0/events/${position + 1n}/proof`);
    expect(beyond.status).toBe(404);
    const { checkpoints } = JSON.parse((await ledger.read("/checkpoints/0?limit=100")).text);
    expect(checkpoints.length).toBeGreaterThan(2);
    for (const { frames: to } of checkpoints) {
      for (const { frames: from } of checkpoints) {
        if (from > to) continue;
        const path = `/checkpoints/0/consistency?from=${from}&to=${to}`;
        const proof = JSON.parse((await ledger.read(path)).text);
        expect(checkConsistency(proof, { from: publicKey, to: publicKey })).toBe(true);
      }
    }
  });

  it("signs with the next key once the former has endorsed it, and not with any other", async () => {
    const database = await emptyDatabase();
    const places = [memoryPlace("one")];
    const before = await startSigning({ database, places });
    await before.ledger.ready(240_000);
    const old = await untilCovered(before);
    await before.close();

    const stranger = await startSigning({ database, places, keys: [3] });
    await stranger.ledger.ready(240_000);
    await eventually("it says why it does not sign", async () => {
      const { problem } = (await stranger.status()).checkpoint;
      return problem?.includes("is not among the checkpoint keys") ? true : null;
    });
    expect((await stranger.read("/checkpoints/0/latest")).text).toBe(old);
    const health = (await stranger.read("/health")).text;
    expect(health).toContain('"checkpointProblem":"checkpoints_late"');
    expect(health).not.toContain("is not among");
    await stranger.close();

    const after = await start({ database, places, keys: [2, 1] });
    const [former, next] = [keyOf(1).publicKey, keyOf(2).publicKey];
    await eventually("the next key is in force", async () => {
      const { keys } = JSON.parse((await after.read("/checkpoints/0/keys")).text);
      return keys.at(-1).publicKey === next ? true : null;
    });
    const newest = await untilCovered(after);
    expect(() => openNote(newest, former)).toThrow();
    const { keys } = JSON.parse((await after.read("/checkpoints/0/keys")).text);
    expect(keys).toHaveLength(2);
    const { frames, position } = openNote(newest, next);
    expect(BigInt(keys[1].position)).toBeLessThanOrEqual(position);
    const path = `/checkpoints/0/consistency?from=${openNote(old, former).frames}&to=${frames}`;
    const proof = JSON.parse((await after.read(path)).text);
    expect(checkConsistency(proof, { from: former, to: next })).toBe(true);
  });

  it("brings a checkpoint to a place that was away, and after its own end as well", async () => {
    const database = await emptyDatabase();
    const [one, two] = [memoryPlace("one"), memoryPlace("two")];
    two.failing = true;
    const first = await startSigning({ database, places: [one, two] });
    await first.ledger.ready(240_000);
    const note = await untilCovered(first);
    await eventually("the failure shows", async () => {
      const { checkpoint } = await first.status();
      const problem = "checkpoints do not reach two: two is full";
      return checkpoint.problem === problem ? true : null;
    });
    expect((await first.read("/health")).text).not.toContain("two is full");
    await first.close();
    expect(one.written.at(-1)!.note).toBe(note);
    expect(two.written).toEqual([]);

    two.failing = false;
    const second = await start({ database, places: [one, two] });
    await untilCovered(second);
    const newest = (await second.read("/checkpoints/0/latest")).text;
    await eventually(
      "the other place has it too",
      () => Promise.resolve(two.written.at(-1)?.note === newest ? true : null),
    );

    two.failing = true;
    await open(second, "acc-1");
    await untilCovered(second);
    await eventually("it fails", async () => (await second.status()).checkpoint.problem);
    two.failing = false;
    await eventually("it is tried again without any news", async () => {
      const { checkpoint } = await second.status();
      return checkpoint.problem === null ? true : null;
    });
    expect(two.written.at(-1)!.note).toBe((await second.read("/checkpoints/0/latest")).text);
  });

  it("covers at its end what it had not covered yet", async () => {
    const database = await emptyDatabase();
    const places = [memoryPlace("one")];
    const ledger = await startSigning({ database, places });
    await ledger.ledger.ready(240_000);
    await untilCovered(ledger);
    await open(ledger, "acc-1");
    const { committedPosition } = await ledger.status();
    await ledger.close();
    expect(places[0]!.written.at(-1)!.position).toBe(BigInt(committedPosition));
  });
});
