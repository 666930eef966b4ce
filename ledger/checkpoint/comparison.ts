/** Comparing the log with what was signed, before anything is decided on it. @module */
import { Buffer } from "node:buffer";
import type { Timers } from "../../shared/effects.ts";
import type { Log } from "../../shared/log.ts";
import { foldNodes, nodesOf, sameHash } from "../integrity/mod.ts";
import type { EventStore } from "../store/mod.ts";
import { LogDamagedError } from "../writer/mod.ts";
import type { CheckpointStore } from "./checkpoint_store.ts";
import { openFrameTree } from "./frame_tree.ts";
import { allKeys, keysAt, type KnownKeys, readKnownKeys } from "./known_keys.ts";
import { type Checkpoint, type ReadNote, readNote } from "./note.ts";
import type { CheckpointPlace } from "./places/place.ts";

/** What a comparison takes. */
export interface Comparison {
  readonly shard: number;
  readonly origin: string;
  /** Keys that may have signed, beside those in the log, the current one first; base64. */
  readonly publicKeys: readonly string[];
  readonly store: EventStore;
  readonly checkpoints: CheckpointStore;
  readonly places: readonly CheckpointPlace[];
  readonly timers: Timers;
  readonly log: Log;
}

/** How far a log was compared that nothing contradicts. */
export interface Compared {
  /** Whether a place has shown a checkpoint, or there can be none yet. */
  readonly verified: boolean;
  /** The places that could not be read. */
  readonly unread: readonly CheckpointPlace[];
}

interface FoundNotes {
  readonly place: string;
  readonly notes: readonly string[];
}

const READ_DEADLINE_MS = 2_000;

/**
 * Resolves when the log contains everything that the newest checkpoint of each readable place signs
 * for. A place that can't be read in 2 s is logged and counted as unread. Rejects with
 * LogDamagedError, which says what to do, when the log is shorter or another one, or a place has no
 * note that is to be trusted; and with whatever the database rejects with.
 */
export async function compareWithCheckpoints(comparison: Comparison): Promise<Compared> {
  try {
    return await compare(comparison);
  } catch (error) {
    // What the tree lacks can't come by waiting.
    if (error instanceof RangeError) throw refusal(comparison.shard, 0n, error.message);
    throw error;
  }
}

async function compare(comparison: Comparison): Promise<Compared> {
  const { shard, checkpoints, places } = comparison;
  const kept = await checkpoints.newest(shard);
  const found = await readPlaces(comparison);
  const outside = found.filter((one) => one !== null && one.notes.length > 0) as FoundNotes[];
  const all = kept === null
    ? outside
    : [...outside, { place: "the database itself", notes: [kept.note] }];
  if (all.length > 0) await compareNotes(comparison, all);
  const unread = places.filter((_, index) => found[index] === null);
  const verified = outside.length > 0 || kept === null ||
    // A first start may end between its first checkpoint and its delivery.
    (unread.length === 0 && (await checkpoints.page(shard, 0, 2)).length < 2);
  return { verified, unread };
}

async function compareNotes(comparison: Comparison, all: readonly FoundNotes[]): Promise<void> {
  const { shard, store, checkpoints, publicKeys } = comparison;
  const keys = await readKnownKeys(store, shard, publicKeys);
  const known = all.map((found) => ({ ...found, read: notesOf(comparison, found, keys) }));
  const tree = await openFrameTree({ shard, store, checkpoints });
  const most = Math.max(...known.flatMap(({ read }) => read).map((one) => one.checkpoint.frames));
  if (tree.size() < most) await tree.catchUp(() => true);
  const last = tree.last();
  const end = last === null ? 0n : last.firstPosition + BigInt(last.count) - 1n;
  for (const { place, read } of known) {
    const checkpoint = newestInForce(comparison, { place, read, keys, end });
    if (checkpoint.frames > tree.size()) throw beyond(comparison, { place, checkpoint, end });
    if (!(await isIn(comparison, checkpoint))) throw different(comparison, { place, checkpoint });
  }
}

/** What each place has; null for one that could not be read. */
async function readPlaces(
  { shard, places, timers, log }: Comparison,
): Promise<(FoundNotes | null)[]> {
  return await Promise.all(places.map(async (place) => {
    try {
      return { place: place.name, notes: await inTime(timers, place.readNewest(shard)) };
    } catch (error) {
      const problem = error instanceof Error ? error : new Error(String(error));
      log.warn("checkpoint_place_unreadable", { shard, place: place.name, error: problem });
      return null;
    }
  }));
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

/** The notes of this log that a known key has signed; throws LogDamagedError when there is none. */
function notesOf(
  { shard, origin }: Comparison,
  { place, notes }: FoundNotes,
  keys: KnownKeys,
): ReadNote[] {
  const read = notes.map(readNote).filter((one) => one !== null);
  if (read.length === 0) throw refusal(shard, 0n, `what ${place} keeps is no checkpoint`);
  const own = read.filter(({ checkpoint }) => checkpoint.origin === origin);
  const [first] = read;
  if (own.length === 0) {
    const { origin: other, position } = first!.checkpoint;
    const what = `${place} keeps the checkpoints of ${other}, but this log is ${origin}`;
    throw refusal(shard, position, what);
  }
  const publicKeys = allKeys(keys);
  const signed = own.filter((one) => isSignedByOneOf(one, publicKeys));
  if (signed.length > 0) return signed;
  const what = `the checkpoint of ${place} is signed by none of the keys that this ledger knows`;
  throw refusal(shard, own[0]!.checkpoint.position, what);
}

function newestInForce(
  { shard }: Comparison,
  { place, read, keys, end }: {
    readonly place: string;
    readonly read: readonly ReadNote[];
    readonly keys: KnownKeys;
    readonly end: bigint;
  },
): Checkpoint {
  const inForce = read.filter((one) =>
    isSignedByOneOf(one, keysAt(keys, one.checkpoint.position, end))
  ).map(({ checkpoint }) => checkpoint);
  const [first, ...others] = inForce;
  if (first === undefined) {
    const what = `the checkpoint of ${place} is signed by a key that was not in force then`;
    throw refusal(shard, read[0]!.checkpoint.position, what);
  }
  return others.reduce((most, one) => one.frames > most.frames ? one : most, first);
}

function isSignedByOneOf(note: ReadNote, publicKeys: readonly string[]): boolean {
  const keyName = note.checkpoint.origin;
  return publicKeys.some((publicKey) => note.isSignedBy({ keyName, publicKey }));
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

/** Why a shard is not run, and where to read on. */
export function refusal(shard: number, position: bigint, what: string): LogDamagedError {
  return new LogDamagedError(
    shard,
    position,
    `${what}. The ledger refuses to run and has added nothing to the log; docs/restore.md says ` +
      "what to do",
  );
}
