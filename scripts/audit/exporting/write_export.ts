/** Writing an export: one pass over the log, page by page. @module */
import { createCheckpointStore } from "../../../ledger/checkpoint/mod.ts";
import { canonicalJson, GENESIS_HASH } from "../../../ledger/integrity/mod.ts";
import {
  createEventStore,
  type EventStore,
  type LedgerDatabase,
  type Posting,
  type StoredEvent,
} from "../../../ledger/store/mod.ts";
import { type Books, booksBefore } from "./books.ts";
import { LineFile, NumberedFiles, type WrittenFile } from "./line_files.ts";
import { checkpointLine, eventLine, frameLine } from "./lines.ts";
import { alignRange, type AskedRange, type ExportRange } from "./range.ts";

/** What was written. */
export interface WrittenExport {
  readonly origin: string;
  readonly from: bigint;
  readonly to: bigint;
  readonly frames: number;
  readonly files: number;
}

/** What {@link writeExport} does. */
export interface ExportSettings extends AskedRange {
  readonly database: LedgerDatabase;
  /** Where the export will be: absent, or an empty directory. */
  readonly directory: string;
  readonly onProgress?: (
    progress: { readonly position: bigint; readonly range: ExportRange },
  ) => void;
}

const PAGE = 5_000n;
const NOTES = 1_000;
const KEYS_STREAM = "integrity-checkpoint";

/**
 * Writes an export beside its place and moves it there when it is whole. The same range gives the
 * same bytes. Memory is bounded by one page and the number of ledger accounts. Throws an Error when
 * the directory is not empty or the log has no such range; nothing is left behind then.
 */
export async function writeExport(settings: ExportSettings): Promise<WrittenExport> {
  const directory = settings.directory.replace(/\/+$/, "");
  await mustBeFree(directory);
  const range = await alignRange(settings.database, settings);
  const partial = `${directory}.partial-${crypto.randomUUID()}`;
  await Deno.mkdir(partial, { recursive: true });
  try {
    const written = await writeFiles(settings, range, partial);
    await Deno.rename(partial, directory);
    return written;
  } catch (error) {
    await Deno.remove(partial, { recursive: true });
    throw error;
  }
}

async function mustBeFree(directory: string): Promise<void> {
  try {
    for await (const _ of Deno.readDir(directory)) {
      throw new Error(`${directory} is not empty: an export never overwrites anything`);
    }
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}

async function writeFiles(
  settings: ExportSettings,
  range: ExportRange,
  directory: string,
): Promise<WrittenExport> {
  const { database } = settings;
  const books = await booksBefore(database, range.shard, range.from);
  const opening = range.from === 1n ? [] : [writeBooks(directory, "opening.ndjson", books)];
  const keys = await keysBefore(database, range);
  const events = await writeEvents(settings, range, { directory, books, keys });
  const { count, head, files: frames } = await writeFrames(database, range, directory);
  const { origin, files: checkpoints } = await writeCheckpoints(database, range, directory);
  const balances = writeBooks(directory, "balances.ndjson", books);
  const files = [...events, ...frames, ...checkpoints, ...opening, balances]
    .sort((one, other) => one.name < other.name ? -1 : 1);
  const manifest = new LineFile(directory, "manifest.json");
  manifest.add(canonicalJson({
    format: "sargalay.export.v1",
    origin,
    shard: range.shard,
    from: safe(range.from),
    to: safe(range.to),
    frames: { first: range.before.size(), count },
    head,
    previousHash: (range.previous?.hash ?? GENESIS_HASH).toHex(),
    keys,
    compactRange: range.before.peaks().map((hash) => hash.toHex()),
    files,
  }));
  manifest.close();
  return { origin, from: range.from, to: range.to, frames: count, files: files.length + 1 };
}

function writeBooks(directory: string, name: string, books: Books): WrittenFile {
  const file = new LineFile(directory, name);
  for (const line of books.lines()) file.add(line);
  return file.close();
}

/** The key in force before the range, or null; nothing at all when the range is from the start. */
async function keysBefore(database: LedgerDatabase, range: ExportRange): Promise<unknown[]> {
  if (range.from === 1n) return [];
  const row = await database.selectFrom("ledger.event").select("payload")
    .where("shard", "=", range.shard).where("stream", "=", KEYS_STREAM)
    .where("position", "<", range.from).orderBy("position", "desc").limit(1).executeTakeFirst();
  return [row?.payload ?? null];
}

async function writeEvents(
  { database, onProgress }: ExportSettings,
  range: ExportRange,
  { directory, books, keys }: { directory: string; books: Books; keys: unknown[] },
): Promise<WrittenFile[]> {
  const store = createEventStore(database);
  const files = new NumberedFiles(directory, "events");
  let page: Promise<Page> | null = readPage(store, range, range.from - 1n);
  while (page !== null) {
    const { events, postings, end }: Page = await page;
    // The database reads on while these are written.
    page = end < range.to ? readPage(store, range, end) : null;
    page?.catch(() => {});
    takePage(events, postings, { files, books, keys });
    onProgress?.({ position: end, range });
  }
  return files.close();
}

interface Page {
  readonly events: readonly StoredEvent[];
  readonly postings: readonly Posting[];
  /** The last position that the page covers, whether there is an event or not. */
  readonly end: bigint;
}

async function readPage(store: EventStore, range: ExportRange, after: bigint): Promise<Page> {
  const limit = range.to - after < PAGE ? range.to - after : PAGE;
  const end = after + limit;
  const [events, postings] = await Promise.all([
    store.readShard(range.shard, after, safe(limit)),
    store.readPostings(range.shard, after, safe(limit)),
  ]);
  // Of a log with a gap the rows that are there are written: the verifier will tell.
  return { events: events.filter(({ position }) => position <= end), postings, end };
}

function takePage(
  events: readonly StoredEvent[],
  postings: readonly Posting[],
  { files, books, keys }: { files: NumberedFiles; books: Books; keys: unknown[] },
): void {
  let at = 0;
  for (const event of events) {
    while (at < postings.length && postings[at]!.position < event.position) at++;
    const start = at;
    while (postings[at]?.position === event.position) books.set(postings[at++]!);
    files.add(eventLine(event, postings.slice(start, at)));
    if (event.stream === KEYS_STREAM) keys.push(event.payload);
  }
}

async function writeFrames(database: LedgerDatabase, range: ExportRange, directory: string) {
  const store = createEventStore(database);
  const files = new NumberedFiles(directory, "frames");
  let [count, head, after] = [0, "", range.from - 1n];
  for (let done = false; !done;) {
    const frames = await store.readFrames(range.shard, after, safe(PAGE));
    done = frames.length === 0;
    for (const frame of frames) {
      if (frame.firstPosition > range.to) {
        done = true;
        break;
      }
      files.add(frameLine(frame, range.before.size() + count));
      [count, head, after] = [count + 1, frame.hash.toHex(), frame.firstPosition];
    }
  }
  return { count, head, files: files.close() };
}

async function writeCheckpoints(database: LedgerDatabase, range: ExportRange, directory: string) {
  const store = createCheckpointStore(database);
  const files = new NumberedFiles(directory, "checkpoints");
  let origin = "";
  let after = range.before.size();
  for (let done = false; !done;) {
    const page = await store.page(range.shard, after, NOTES);
    done = page.length === 0;
    for (const { note, position, frames } of page) {
      if (position > range.to) {
        done = true;
        break;
      }
      origin = note.slice(0, note.indexOf("\n"));
      after = frames;
      files.add(checkpointLine(note, position));
    }
  }
  return { origin, files: files.close() };
}

function safe(position: bigint): number {
  const number = Number(position);
  if (Number.isSafeInteger(number)) return number;
  throw new RangeError(`position ${position} does not fit the format`);
}
