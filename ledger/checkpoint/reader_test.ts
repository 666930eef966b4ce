import { describe, expect, it } from "vitest";
import { endorsementText, keyHashOf, type SigningKey } from "../integrity/mod.ts";
import type { EventStore, StoredEvent } from "../store/mod.ts";
import type { CheckpointStore } from "./checkpoint_store.ts";
import { createCheckpointReader } from "./reader.ts";
import { keyOf } from "./testing/deployment.ts";

const origin = "log/shard-0";
const [first, second, third, stranger] = [keyOf(1), keyOf(2), keyOf(3), keyOf(9)];

interface Set {
  readonly key: SigningKey;
  /** Who endorsed it; null for nobody. */
  readonly by: SigningKey | null;
  readonly keyName?: string;
  readonly keyHash?: string;
}

/** The public keys that a reader shows of a log that put these in force, at positions from 1. */
async function shown(...sets: readonly Set[]): Promise<unknown[]> {
  const events = sets.map(({ key: { publicKey }, by, keyName = origin, keyHash }, index) => ({
    position: BigInt(index + 1),
    type: "SigningKeySet",
    schemaVersion: 1,
    recordedAtMs: 1_000,
    payload: {
      keyName,
      publicKey,
      keyHash: keyHash ?? keyHashOf(keyName, publicKey),
      endorsement: by === null ? null : by.sign(endorsementText(keyName, publicKey)).toBase64(),
    },
  }));
  const store = { readStream: () => Promise.resolve(events as unknown as StoredEvent[]) };
  const reader = createCheckpointReader({
    store: store as unknown as EventStore,
    checkpoints: {} as CheckpointStore,
    logName: "log",
    shards: 1,
  });
  return (await reader.keys(0)).map(({ publicKey, position }) => [publicKey, position]);
}

describe("the keys that a ledger shows", () => {
  it("are those that follow from the first by endorsements", async () => {
    expect(
      await shown({ key: first, by: null }, { key: second, by: first }, {
        key: third,
        by: second,
      }),
    ).toEqual([[first.publicKey, "1"], [second.publicKey, "2"], [third.publicKey, "3"]]);
  });

  it.each<[string, Set]>([
    ["nobody endorsed", { key: stranger, by: null }],
    ["endorsed itself", { key: stranger, by: stranger }],
    ["a former key endorsed", { key: stranger, by: first }],
    ["is of another log", { key: stranger, by: second, keyName: "other/shard-0" }],
    ["has another hash", { key: stranger, by: second, keyHash: "00000000" }],
  ])("leave out one that %s, and what it endorsed", async (_name, wrong) => {
    const begun = [{ key: first, by: null }, { key: second, by: first }];
    expect(
      await shown(...begun, wrong, { key: keyOf(8), by: stranger }, { key: third, by: second }),
    ).toEqual([[first.publicKey, "1"], [second.publicKey, "2"], [third.publicKey, "5"]]);
  });

  it.each<[string, Set]>([
    ["claims an endorsement", { key: stranger, by: stranger }],
    ["is of another log", { key: stranger, by: null, keyName: "other/shard-0" }],
  ])("leave out a first one that %s", async (_name, wrong) => {
    expect(await shown(wrong, { key: second, by: stranger })).toEqual([]);
    expect(await shown(wrong, { key: first, by: null })).toEqual([[first.publicKey, "2"]]);
  });
});
