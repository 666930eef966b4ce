/** Comparing the log with what was signed, before anything is decided on it. @module */
import { Buffer } from "node:buffer";
import type { Timers } from "../../shared/effects.ts";
import { decodeEvent } from "../../shared/events/mod.ts";
import type { Log } from "../../shared/log.ts";
import { foldNodes, nodesOf, sameHash } from "../integrity/mod.ts";
import type { EventStore } from "../store/mod.ts";
import { LogDamagedError } from "../writer/mod.ts";
import type { CheckpointStore } from "./checkpoint_store.ts";
import { openFrameTree } from "./frame_tree.ts";
import { type Checkpoint, type NamedKey, readNote } from "./note.ts";
import type { CheckpointPlace } from "./places/place.ts";

/** What a comparison takes. */
export interface Comparison {
  readonly shard: number;
  readonly origin: string;
  /** Keys that may have signed, beside those in the log; base64. */
  readonly publicKeys: readonly string[];
  readonly store: EventStore;
  readonly checkpoints: CheckpointStore;
  readonly places: readonly CheckpointPlace[];
  readonly timers: Timers;
  readonly log: Log;
}

interface FoundNote {
  readonly place: string;
  readonly note: string;
}

const READ_DEADLINE_MS = 2_000;
const MOST_KEYS = 10_000;

/**
 * Resolves when the log contains everything that the checkpoint of each readable place signs for. A
 * place that can't be read in 2 s is passed over and logged. Rejects with LogDamagedError, which says
 * what to do, when the log is shorter or another one, or a note is not to be trusted; and with
 * whatever the database rejects with.
 */
export async function compareWithCheckpoints(comparison: Comparison): Promise<void> {
  try {
    await compare(comparison);
  } catch (error) {
    // What the tree lacks can't come by waiting.
    if (error instanceof RangeError) throw refusal(comparison.shard, 0n, error.message);
    throw error;
  }
}

async function compare(comparison: Comparison): Promise<void> {
  const { shard, store, checkpoints } = comparison;
  const kept = await checkpoints.newest(shard);
  const found = await readPlaces(comparison);
  if (kept !== null) found.push({ place: "the database itself", note: kept.note });
  if (found.length === 0) return;
  const keys = await keysOf(comparison);
  const signed = found.map((one) => ({ ...one, checkpoint: genuine(comparison, one, keys) }));
  const tree = await openFrameTree({ shard, store, checkpoints });
  const most = Math.max(...signed.map(({ checkpoint }) => checkpoint.frames));
  if (tree.size() < most) await tree.catchUp(() => true);
  const last = tree.last();
  const end = last === null ? 0n : last.firstPosition + BigInt(last.count) - 1n;
  for (const { place, checkpoint } of signed) {
    if (checkpoint.frames > tree.size()) throw beyond(comparison, { place, checkpoint, end });
    if (!(await isIn(comparison, checkpoint))) throw different(comparison, { place, checkpoint });
  }
}

async function readPlaces({ shard, places, timers, log }: Comparison): Promise<FoundNote[]> {
  const found = await Promise.all(places.map(async (place) => {
    try {
      const note = await inTime(timers, place.readNewest(shard));
      return note === null ? null : { place: place.name, note };
    } catch (error) {
      const problem = error instanceof Error ? error : new Error(String(error));
      log.warn("checkpoint_place_unreadable", { shard, place: place.name, error: problem });
      return null;
    }
  }));
  return found.filter((one) => one !== null);
}

function inTime<T>(timers: Timers, reading: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = timers.after(
      READ_DEADLINE_MS,
      () => reject(new Error(`no answer within ${READ_DEADLINE_MS} ms`)),
    );
    reading.then(resolve, reject).finally(() => timer.cancel());
  });
}

async function keysOf({ shard, origin, publicKeys, store }: Comparison): Promise<NamedKey[]> {
  const events = await store.readStream({
    shard,
    stream: "integrity-checkpoint",
    fromVersion: 1,
    limit: MOST_KEYS,
  });
  const inLog = events.map(decodeEvent).flatMap((event) =>
    event.type === "SigningKeySet" ? [event.payload.publicKey] : []
  );
  return [...new Set([...publicKeys, ...inLog])].map((publicKey) => ({
    keyName: origin,
    publicKey,
  }));
}

function genuine(
  { shard, origin }: Comparison,
  { place, note }: FoundNote,
  keys: readonly NamedKey[],
): Checkpoint {
  const read = readNote(note);
  if (read === null) throw refusal(shard, 0n, `what ${place} keeps is no checkpoint`);
  const { checkpoint } = read;
  if (checkpoint.origin !== origin) {
    const what =
      `${place} keeps the checkpoints of ${checkpoint.origin}, but this log is ${origin}`;
    throw refusal(shard, checkpoint.position, what);
  }
  if (keys.some((key) => read.isSignedBy(key))) return checkpoint;
  const what = `the checkpoint of ${place} is signed by none of the keys that this ledger knows`;
  throw refusal(shard, checkpoint.position, what);
}

/** Whether the log's own frames and the tree over them give what the checkpoint says. */
async function isIn(
  { shard, store, checkpoints }: Comparison,
  { frames, root, position, frameHash }: Checkpoint,
): Promise<boolean> {
  const hashes = await checkpoints.readNodes(shard, nodesOf({ from: 0, to: frames }));
  const leaf = await checkpoints.leafAt(shard, frames - 1);
  if (leaf === null) return false;
  const [frame] = await store.readFrames(shard, leaf.firstPosition - 1n, 1);
  return frame !== undefined && sameHash(foldNodes(hashes), root) &&
    sameHash(frame.hash, frameHash) &&
    frame.firstPosition + BigInt(frame.count) - 1n === position;
}

interface Finding {
  readonly place: string;
  readonly checkpoint: Checkpoint;
}

function beyond(
  { shard }: Comparison,
  { place, checkpoint, end }: Finding & { readonly end: bigint },
): LogDamagedError {
  const signed = new Date(checkpoint.recordedAtMs).toISOString();
  return refusal(
    shard,
    end,
    `the log ends here, but the checkpoint of ${place} covers position ${checkpoint.position} ` +
      `(${checkpoint.frames} frames, ${signed}): this database is older than what was signed. ` +
      "Restore a newer backup",
  );
}

function different({ shard }: Comparison, { place, checkpoint }: Finding): LogDamagedError {
  return refusal(
    shard,
    checkpoint.position,
    `the log is not the one that the checkpoint of ${place} signs ` +
      `(${checkpoint.frames} frames, root ${Buffer.from(checkpoint.root).toString("base64")}): ` +
      "what is before this position was changed, or the checkpoint is of another copy",
  );
}

function refusal(shard: number, position: bigint, what: string): LogDamagedError {
  return new LogDamagedError(
    shard,
    position,
    `${what}. The ledger refuses to run and has changed nothing; docs/restore.md says what to do`,
  );
}
