import { describe, expect, it, onTestFinished } from "vitest";
import { createEffects, type Effects, platformOf } from "../../shared/effects.ts";
import { silentLog } from "../../shared/log.ts";
import {
  foldNodes,
  frameHash,
  GENESIS_HASH,
  type Hash,
  merkleRoot,
  nodesOf,
} from "../integrity/mod.ts";
import { createEventStore, openPglite, type Ownership } from "../store/mod.ts";
import { createCheckpointer } from "./checkpointer.ts";
import { createCheckpointStore } from "./database_store.ts";
import { openFrameTree } from "./frame_tree.ts";
import { readNote } from "./note.ts";
import { eventually, keyOf, memoryPlace } from "./testing/deployment.ts";

const effects = createEffects(platformOf(globalThis));
const shard = 0;

async function log() {
  const database = await openPglite(null);
  onTestFinished(() => database.destroy());
  const store = createEventStore(database);
  const checkpoints = createCheckpointStore(database);
  let last: { position: bigint; hash: Hash } | null = null;
  const hashes: Hash[] = [];
  const take = async (owner: string): Promise<Ownership> => {
    const head = await store.acquire({ shard, owner, leaseMs: 60_000, exclusive: true });
    return { shard, owner, epoch: head!.epoch };
  };
  /** Adds frames of one event each, without the events: the tree does not look at them. */
  const append = async ({ epoch }: Ownership, count: number, previousHash?: Hash) => {
    const rows = Array.from({ length: count }, () => {
      const header = {
        shard,
        firstPosition: (last?.position ?? 0n) + 1n,
        count: 1,
        previousHash: previousHash ?? last?.hash ?? GENESIS_HASH,
        merkleRoot: GENESIS_HASH,
        epoch,
        recordedAtMs: 1_700_000_000_000,
      };
      last = { position: header.firstPosition, hash: frameHash(header) };
      hashes.push(last.hash);
      return {
        shard,
        first_position: header.firstPosition,
        count: 1,
        previous_hash: header.previousHash,
        merkle_root: header.merkleRoot,
        hash: last.hash,
        epoch,
        recorded_at: BigInt(header.recordedAtMs),
      };
    });
    for (let at = 0; at < rows.length; at += 500) {
      await database.insertInto("ledger.frame").values(rows.slice(at, at + 500)).execute();
    }
  };
  const position = () => last?.position ?? 0n;
  return { store, checkpoints, take, append, position, hashes };
}

type TestLog = Awaited<ReturnType<typeof log>>;

/** Time that stands still, and timers that look when they are told to. */
function manualTime() {
  let nowMs = 1_000_000;
  const repeated: (() => void)[] = [];
  return {
    pass: (ms: number) => nowMs += ms,
    look: () => repeated.forEach((task) => task()),
    effects: {
      ...effects,
      clock: { nowMs: () => nowMs },
      timers: {
        ...effects.timers,
        every: (_periodMs: number, task: () => void) => {
          repeated.push(task);
          return { cancel: () => {} };
        },
      },
    },
  };
}

function signer(of: TestLog, ownership: () => Ownership | null, own: Effects = effects) {
  const place = memoryPlace("place");
  let begun = 0;
  const checkpointer = createCheckpointer({
    shard,
    origin: "log/shard-0",
    keys: { current: keyOf(1), former: [] },
    intervalMs: 50,
    store: of.store,
    checkpoints: of.checkpoints,
    places: [place],
    unverifiedStart: false,
    effects: own,
    log: silentLog,
    ownership,
    committedPosition: of.position,
    keyInForce() {
      begun += 1;
      return Promise.resolve({
        keyName: "log/shard-0",
        publicKey: keyOf(1).publicKey,
        position: 1n,
      });
    },
    submit: () => Promise.reject(new Error("the key is in force")),
  });
  checkpointer.start();
  onTestFinished(() => checkpointer.stop());
  return { checkpointer, place, begun: () => begun };
}

const covered = (of: TestLog) =>
  eventually("all is covered", async () => {
    const newest = await of.checkpoints.newest(shard);
    return newest?.position === of.position() ? newest : null;
  });

describe("signing a shard", () => {
  it("takes in an old deployment's frames, and goes on from the stored nodes after that", async () => {
    const of = await log();
    const owner = await of.take("one");
    await of.append(owner, 2_345);
    expect(await of.checkpoints.lastLeaf(shard)).toBe(null);
    const { checkpointer } = signer(of, () => owner);
    const { note, frames } = await covered(of);
    await checkpointer.stop();
    expect(frames).toBe(2_345);
    expect(readNote(note)!.checkpoint.root).toEqual(merkleRoot(of.hashes));

    await of.append(owner, 3);
    const read: bigint[] = [];
    const store = {
      readFrames: (number: number, after: bigint, limit: number) => {
        read.push(after);
        return of.store.readFrames(number, after, limit);
      },
    };
    const tree = await openFrameTree({ shard, store, checkpoints: of.checkpoints });
    await tree.catchUp(() => true);
    expect(tree.root()).toEqual(merkleRoot(of.hashes));
    expect(Math.min(...read.map(Number))).toBe(2_344);
    for (const size of [1, 2, 3, 1_000, 2_048, 2_345, 2_348]) {
      const nodes = await of.checkpoints.readNodes(shard, nodesOf({ from: 0, to: size }));
      expect(foldNodes(nodes)).toEqual(merkleRoot(of.hashes.slice(0, size)));
    }
  });

  it("resumes a catching up that ended in the middle, even twice at once", async () => {
    const of = await log();
    const owner = await of.take("one");
    await of.append(owner, 1_500);
    const half = await openFrameTree({ shard, store: of.store, checkpoints: of.checkpoints });
    let pages = 0;
    await half.catchUp(() => pages++ < 1);
    expect(half.size()).toBe(1_000);
    const trees = await Promise.all(
      [1, 2].map(() => openFrameTree({ shard, store: of.store, checkpoints: of.checkpoints })),
    );
    await Promise.all(trees.map((tree) => tree.catchUp(() => true)));
    for (const tree of trees) expect(tree.root()).toEqual(merkleRoot(of.hashes));
    const again = await openFrameTree({ shard, store: of.store, checkpoints: of.checkpoints });
    expect(again.root()).toEqual(merkleRoot(of.hashes));
  });

  it("is not a zombie's to do: what it signs is neither kept nor brought anywhere", async () => {
    const of = await log();
    const zombie = await of.take("zombie");
    await of.append(zombie, 3);
    const owner = await of.take("owner");
    const old = signer(of, () => zombie);
    await eventually("the zombie has tried", async () => {
      const { frames } = await old.checkpointer.status() as { frames: number };
      expect(frames).toBe(0);
      return (await of.checkpoints.lastLeaf(shard)) === null ? null : true;
    });
    const kept = { frames: 3, position: 3n, note: "forged", signedAtMs: 1 };
    expect(await of.checkpoints.keep(zombie, kept)).toBe("fenced");
    expect(await of.checkpoints.keep({ ...owner, owner: "thief" }, kept)).toBe("fenced");
    expect(await of.checkpoints.newest(shard)).toBe(null);
    const current = signer(of, () => owner);
    await covered(of);
    await eventually(
      "it is outside",
      () => Promise.resolve(current.place.written.length > 0 ? true : null),
    );
    await old.checkpointer.stop();
    // Whatever the owner has signed and kept is true, whoever brings it.
    for (const { epoch } of old.place.written) expect(epoch).toBe(owner.epoch);
    expect(await of.checkpoints.keep(owner, kept)).toBe("exists");
  });

  it("signs no more than one checkpoint an interval, and none without news", async () => {
    const of = await log();
    const owner = await of.take("one");
    await of.append(owner, 1);
    const time = manualTime();
    const { begun } = signer(of, () => owner, time.effects);
    const signed = async () => (await of.checkpoints.page(shard, 0, 1_000)).length;
    time.look();
    await covered(of);
    expect(await signed()).toBe(1);
    await of.append(owner, 4);
    time.pass(49);
    for (let looks = 0; looks < 5; looks++) time.look();
    expect([begun(), await signed()]).toEqual([1, 1]);
    time.pass(1);
    // The work before may still be on its way out.
    await eventually("it is time", () => {
      time.look();
      return of.checkpoints.ofFrames(shard, 5);
    });
    expect([begun(), await signed()]).toEqual([2, 2]);
    time.pass(60_000);
    for (let looks = 0; looks < 5; looks++) time.look();
    expect([begun(), await signed()]).toEqual([2, 2]);
  });

  it("stops before a frame that does not follow, and says so", async () => {
    const of = await log();
    const owner = await of.take("one");
    await of.append(owner, 2);
    await of.append(owner, 1, new Uint8Array(32).fill(7));
    const tree = await openFrameTree({ shard, store: of.store, checkpoints: of.checkpoints });
    await expect(tree.catchUp(() => true)).rejects.toThrow("does not follow");
    expect(await of.checkpoints.lastLeaf(shard)).toBe(null);
  });
});
