/** Checkpoints in files: the newest of each shard, and one an hour for ever. @module */
import type { KeptCheckpoint } from "../checkpoint_store.ts";
import { type Checkpoint, readNote } from "../note.ts";
import type { CheckpointPlace } from "./place.ts";

const HOUR_MS = 3_600_000;

/**
 * A directory, created where missing. `shard-<n>.note` is the newest note, replaced as a whole and
 * flushed to the disk; `shard-<n>-<year>-<month>.ndjson` has one line an hour, as in an export.
 * Never writes over what is not of the same log: then `shard-<n>.contradicting.note` has the newer.
 */
export function createDirectoryPlace(directory: string): CheckpointPlace {
  const noteFile = (shard: number) => `${directory}/shard-${shard}.note`;
  /** What this process wrote last: nobody needs to be asked about it. */
  const own = new Map<number, string>();
  return {
    name: `directory ${directory}`,
    async readNewest(shard) {
      const note = await readIfThere(noteFile(shard));
      return note === null ? [] : [note];
    },
    async write(checkpoint, isOfLog) {
      const { shard, note } = checkpoint;
      await Deno.mkdir(directory, { recursive: true });
      const text = await readIfThere(noteFile(shard));
      const before = text === null ? null : readNote(text)?.checkpoint ?? null;
      const now = readNote(note)!.checkpoint;
      if (text !== null && text !== own.get(shard)) {
        const problem = await problemOf(before, now, isOfLog);
        if (problem !== null) {
          await replace(`${directory}/shard-${shard}.contradicting.note`, checkpoint);
          throw new Error(`${noteFile(shard)} ${problem}`);
        }
      }
      if (before !== null && before.frames >= now.frames) return;
      const hourOf = (ms: number) => Math.floor(ms / HOUR_MS);
      if (before === null || hourOf(before.recordedAtMs) !== hourOf(now.recordedAtMs)) {
        await appendLine(historyFile(directory, checkpoint, now.recordedAtMs), lineOf(checkpoint));
      }
      await replace(noteFile(shard), checkpoint);
      own.set(shard, note);
    },
  };
}

/** Why `now` must not take the place of what is there; null when it may, or needs not. */
async function problemOf(
  before: Checkpoint | null,
  now: Checkpoint,
  isOfLog: (before: Checkpoint) => Promise<boolean>,
): Promise<string | null> {
  if (before === null) return "is no checkpoint";
  if (before.origin !== now.origin) return `is of ${before.origin}, not of ${now.origin}`;
  // One of more frames is well when another ledger has gone on since, in the same log.
  if (await isOfLog(before)) return null;
  return `has a checkpoint of ${before.frames} frames that is not of this log`;
}

function historyFile(directory: string, { shard }: KeptCheckpoint, recordedAtMs: number): string {
  return `${directory}/shard-${shard}-${new Date(recordedAtMs).toISOString().slice(0, 7)}.ndjson`;
}

/** Canonical JSON: the position is a safe integer. */
function lineOf({ note, position }: KeptCheckpoint): string {
  return `{"note":${JSON.stringify(note)},"position":${position}}\n`;
}

async function readIfThere(path: string): Promise<string | null> {
  try {
    return await Deno.readTextFile(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return null;
    throw error;
  }
}

async function appendLine(path: string, line: string): Promise<void> {
  await writeAndFlush(path, line, { append: true, create: true });
}

/** Whoever reads sees the old text or the new one, and after a power loss as well. */
async function replace(path: string, { frames, note }: KeptCheckpoint): Promise<void> {
  // Two ledgers may be here during a takeover, each with a file of its own.
  const next = `${path}.${frames}`;
  await writeAndFlush(next, note, { write: true, create: true, truncate: true });
  await Deno.rename(next, path);
  using directory = await Deno.open(path.slice(0, path.lastIndexOf("/")));
  await directory.sync();
}

async function writeAndFlush(path: string, text: string, how: Deno.OpenOptions): Promise<void> {
  using file = await Deno.open(path, how);
  const bytes = new TextEncoder().encode(text);
  for (let at = 0; at < bytes.length;) at += await file.write(bytes.subarray(at));
  await file.sync();
}
