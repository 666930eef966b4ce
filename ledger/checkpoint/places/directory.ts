/** Checkpoints in files: the newest of each shard, and one an hour for ever. @module */
import type { KeptCheckpoint } from "../checkpoint_store.ts";
import { readNote } from "../note.ts";
import type { CheckpointPlace } from "./place.ts";

const HOUR_MS = 3_600_000;

/**
 * A directory, created where missing. `shard-<n>.note` is the newest note, replaced as a whole and
 * flushed to the disk; `shard-<n>-<year>-<month>.ndjson` has one line an hour, as in an export.
 * Refuses to write over the checkpoints of another log.
 */
export function createDirectoryPlace(directory: string): CheckpointPlace {
  const noteFile = (shard: number) => `${directory}/shard-${shard}.note`;
  return {
    name: `directory ${directory}`,
    async readNewest(shard) {
      const note = await readIfThere(noteFile(shard));
      return note === null ? [] : [note];
    },
    async write(checkpoint) {
      const { shard, note } = checkpoint;
      await Deno.mkdir(directory, { recursive: true });
      const before = readNote(await readIfThere(noteFile(shard)) ?? "")?.checkpoint ?? null;
      const now = readNote(note)!.checkpoint;
      if (before !== null && before.origin !== now.origin) {
        throw new Error(`${noteFile(shard)} is of ${before.origin}, not of ${now.origin}`);
      }
      if (before !== null && before.frames >= now.frames) return;
      const hourOf = (ms: number) => Math.floor(ms / HOUR_MS);
      if (before === null || hourOf(before.recordedAtMs) !== hourOf(now.recordedAtMs)) {
        await appendLine(historyFile(directory, checkpoint, now.recordedAtMs), lineOf(checkpoint));
      }
      await replace(noteFile(shard), checkpoint);
    },
  };
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
