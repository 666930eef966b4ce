import { describe, expect, it, onTestFinished } from "vitest";
import { createInProcessBus, subjects } from "../../shared/bus/mod.ts";
import { createEffects, platformOf, type Timers } from "../../shared/effects.ts";
import { silentLog } from "../../shared/log.ts";
import { createEventStore, type LedgerDatabase, openPglite } from "../store/mod.ts";
import { LogDamagedError } from "../writer/mod.ts";
import { createCheckpointStore } from "./database_store.ts";
import { createLogCheck } from "./log_check.ts";
import { type Checkpoint, readNote, signCheckpoint } from "./note.ts";
import { createStreamPlace } from "./places/stream.ts";
import {
  eventually,
  keyOf,
  type MemoryPlace,
  memoryPlace,
  startSigning,
  untilCovered,
} from "./testing/deployment.ts";

const effects = createEffects(platformOf(globalThis));

/** A log of several checkpoints under these keys, one after another, and its newest note. */
async function signedLog(keys: readonly (readonly number[])[] = [[1]]) {
  const database = await openPglite(null);
  onTestFinished(() => database.destroy());
  const place = memoryPlace("the safe");
  let note = "";
  for (const own of keys) {
    const ledger = await startSigning({ database, places: [place], keys: own });
    await ledger.ledger.ready(240_000);
    await untilCovered(ledger);
    await ledger.call("POST", "/v1/accounts", { accountId: crypto.randomUUID(), name: "A" });
    note = await untilCovered(ledger);
    await ledger.close();
  }
  return { database, note, checkpoint: readNote(note)!.checkpoint };
}

interface CheckOptions {
  readonly unverifiedStart?: boolean;
  readonly own?: readonly number[];
  readonly nowMs?: () => number;
}

function checkOf(
  database: LedgerDatabase,
  places: readonly Pick<MemoryPlace, "name" | "write" | "readNewest">[],
  { unverifiedStart = false, own = [1], nowMs = () => 0 }: CheckOptions = {},
) {
  const delayed: (() => void)[] = [];
  const contradictions: LogDamagedError[] = [];
  const timers: Timers = {
    ...effects.timers,
    after(delayMs, task) {
      if (delayMs < 5_000) return effects.timers.after(delayMs, task);
      delayed.push(task);
      return { cancel: () => {} };
    },
  };
  const check = createLogCheck({
    shard: 0,
    origin: "test.example/log/shard-0",
    publicKeys: own.map((byte) => keyOf(byte).publicKey),
    store: createEventStore(database),
    checkpoints: createCheckpointStore(database),
    places,
    timers,
    clock: { nowMs },
    log: silentLog,
    unverifiedStart,
    onContradiction: (error) => contradictions.push(error),
  });
  return { check, contradictions, delayed };
}

const away = (name: string): MemoryPlace => {
  const place = memoryPlace(name);
  place.readNewest = () => Promise.reject(new Error("it is away"));
  return place;
};

const reasonOf = (running: Promise<void>) => running.then(() => null, (error) => error as Error);

describe("a log that was signed", () => {
  it("is not run on the word of its database alone, but tried again for 30 s", async () => {
    const { database, note } = await signedLog();
    for (const place of [away("away"), memoryPlace("empty")]) {
      let nowMs = 0;
      const { check } = checkOf(database, [place], { nowMs: () => nowMs });
      for (nowMs = 0; nowMs < 30_000; nowMs += 5_000) {
        const reason = await reasonOf(check.run());
        expect(reason).not.toBeInstanceOf(LogDamagedError);
        expect(reason?.message).toContain("SARGALAY_CHECKPOINT_UNVERIFIED_START=yes");
      }
      expect(await reasonOf(check.run())).toBeInstanceOf(LogDamagedError);
      // After a time as another's standby it has its 30 s again.
      nowMs += 60_000;
      expect(await reasonOf(check.run())).not.toBeInstanceOf(LogDamagedError);
    }
    const both = checkOf(database, [away("away"), memoryPlace("the safe", note)]);
    await both.check.run();
    const forced = checkOf(database, [away("away")], { unverifiedStart: true });
    await forced.check.run();
  });

  it("is run when nothing can have been kept outside yet", async () => {
    const database = await openPglite(null);
    onTestFinished(() => database.destroy());
    await checkOf(database, [away("away")]).check.run();
  });

  it("is given up when a place that was away contradicts it later", async () => {
    const { database, note, checkpoint } = await signedLog();
    const forged = signCheckpoint({ ...checkpoint, root: new Uint8Array(32) }, keyOf(1));
    const late = memoryPlace("late", forged);
    const read = late.readNewest;
    late.readNewest = () => Promise.reject(new Error("it is away"));
    const { check, delayed, contradictions } = checkOf(database, [
      memoryPlace("the safe", note),
      late,
    ]);
    await check.run();
    expect(delayed).toHaveLength(1);
    delayed[0]!();
    await eventually(
      "it is to be read once more",
      () => Promise.resolve(delayed.length === 2 ? true : null),
    );
    expect(contradictions).toEqual([]);
    late.readNewest = read;
    delayed[1]!();
    await eventually("it is found", () => Promise.resolve(contradictions[0] ?? null));
    expect(contradictions[0]!.message).toContain("the checkpoint of late signs");
    expect(delayed).toHaveLength(2);
  });
});

describe("a note", () => {
  it("counts by the key in force at its position", async () => {
    const { database, note, checkpoint } = await signedLog([[1], [2, 1]]);
    const own = [2, 1];
    const run = (text: string) =>
      reasonOf(checkOf(database, [memoryPlace("shelf", text)], { own }).check.run());
    expect(await run(note)).toBe(null);
    const retired = await run(signCheckpoint(checkpoint, keyOf(1)));
    expect(retired?.message).toContain("by a key that was not in force then");
    const newer: Checkpoint = { ...checkpoint, frames: 99, position: 999n };
    expect((await run(signCheckpoint(newer, keyOf(1))))?.message).toContain("not in force then");
    expect((await run(signCheckpoint(newer, keyOf(2))))?.message).toContain("Restore a newer");
    const older = await createCheckpointStore(database).page(0, 0, 1);
    expect(await run(older[0]!.note)).toBe(null);
  });

  it("is found in the stream among what is none, and by its frames", async () => {
    const { database, note, checkpoint } = await signedLog();
    const bus = createInProcessBus(effects);
    onTestFinished(() => bus.close());
    const place = createStreamPlace(bus);
    const [older] = await createCheckpointStore(database).page(0, 0, 1);
    const kept = { shard: 0, ...checkpoint, note, epoch: 1n, signedAtMs: 0 };
    const isOfLog = () => Promise.resolve(true);
    await place.write(kept, isOfLog);
    await place.write(older!, isOfLog);
    const other = signCheckpoint({ ...checkpoint, origin: "other/shard-0", frames: 99 }, keyOf(1));
    const stranger = signCheckpoint({ ...checkpoint, frames: 99 }, keyOf(9));
    const rubbish = ["rubbish", { note: 5 }, { note: "rubbish" }, { note: other }, {
      note: stranger,
    }];
    for (const [index, message] of rubbish.entries()) {
      const options = { messageId: `${index}`, timeoutMs: 5_000 };
      await bus.publishDurable(subjects.checkpoint(0), message, options);
    }
    await checkOf(database, [place]).check.run();

    const beyond = signCheckpoint({ ...checkpoint, frames: 99, position: 999n }, keyOf(1));
    await place.write({ ...kept, frames: 99, note: beyond }, isOfLog);
    // The last message is an older one that is genuine.
    const again = { messageId: "again", timeoutMs: 5_000 };
    await bus.publishDurable(subjects.checkpoint(0), { note: older!.note }, again);
    const reason = await reasonOf(checkOf(database, [place]).check.run());
    expect(reason?.message).toContain("stream CHECKPOINTS covers position 999");
  });
});
