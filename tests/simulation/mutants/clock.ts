/** The mistake of recording events by the clock as it is, instead of never before the last event. @module */
import { frameHash, type Hash, leafHash, merkleRoot } from "../../../ledger/integrity/mod.ts";
import type { Batch, EventStore, ShardHead } from "../../../ledger/store/mod.ts";
import type { Mutant, MutantTools } from "../mutant.ts";

/** Seals every batch anew with the time of the process, so that nothing but the time is wrong. */
export const recordsByTheClock: Mutant = {
  name: "recorded time is the clock's, also when it steps back",
  store(store, tools) {
    const sealed = new Map<string, Hash>();
    const original = new Map<string, Hash>();
    const seen = (head: ShardHead | null) =>
      head && { ...head, frameHash: original.get(head.frameHash.toHex()) ?? head.frameHash };
    return {
      ...store,
      acquire: (request) => store.acquire(request),
      reclaim: async (ownership, leaseMs) => seen(await store.reclaim(ownership, leaseMs)),
      append(batch) {
        const again = sealedAnew(batch, tools, sealed);
        if (batch.frame !== null && again.frame !== null) {
          sealed.set(batch.frame.hash.toHex(), again.frame.hash);
          original.set(again.frame.hash.toHex(), batch.frame.hash);
        }
        return store.append(again);
      },
    } satisfies EventStore;
  },
};

function sealedAnew(
  batch: Batch,
  { process }: MutantTools,
  sealed: ReadonlyMap<string, Hash>,
): Batch {
  const { frame, ownership: { shard } } = batch;
  if (frame === null) return batch;
  const recordedAtMs = process.effects.clock.nowMs();
  const events = batch.events.map((event) => {
    const fields = { ...event, recordedAtMs };
    const legs = batch.postings.filter(({ position }) => position === event.position);
    return { ...fields, hash: leafHash({ shard, ...fields, legs }) };
  });
  const header = {
    ...frame,
    recordedAtMs,
    previousHash: sealed.get(frame.previousHash.toHex()) ?? frame.previousHash,
    merkleRoot: merkleRoot(events.map(({ hash }) => hash)),
  };
  return { ...batch, events, frame: { ...header, hash: frameHash(header) } };
}
