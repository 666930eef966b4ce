/** Files of lines, with the facts that a manifest has of them. @module */
import { createHash, type Hash } from "node:crypto";

/** A file as the manifest names it. */
export interface WrittenFile {
  readonly name: string;
  readonly bytes: number;
  readonly lines: number;
  readonly sha256: string;
}

/** How much is gathered before it is written, in UTF-16 code units. */
const PIECE = 1_048_576;

/** Most lines of one file. */
export const LINES_PER_FILE = 100_000;

const encoder = new TextEncoder();

/** One file that grows line by line. */
export class LineFile {
  readonly #name: string;
  readonly #file: Deno.FsFile;
  readonly #hash: Hash = createHash("sha256");
  #pending = "";
  #bytes = 0;
  #lines = 0;

  /** Creates `name` in `directory`; it must not exist. */
  constructor(directory: string, name: string) {
    this.#name = name;
    this.#file = Deno.openSync(`${directory}/${name}`, { write: true, createNew: true });
  }

  /** Lines so far. */
  get lines(): number {
    return this.#lines;
  }

  /** Adds a line, without its newline. */
  add(line: string): void {
    this.#pending += `${line}\n`;
    this.#lines++;
    if (this.#pending.length >= PIECE) this.#write();
  }

  /** Ends the file on the disk. */
  close(): WrittenFile {
    this.#write();
    this.#file.syncSync();
    this.#file.close();
    const sha256 = this.#hash.digest("hex");
    return { name: this.#name, bytes: this.#bytes, lines: this.#lines, sha256 };
  }

  #write(): void {
    const bytes = encoder.encode(this.#pending);
    this.#pending = "";
    this.#hash.update(bytes);
    this.#bytes += bytes.length;
    for (let at = 0; at < bytes.length;) at += this.#file.writeSync(bytes.subarray(at));
  }
}

/** The numbered files of one kind; there is always a first. */
export class NumberedFiles {
  readonly #directory: string;
  readonly #kind: string;
  readonly #closed: WrittenFile[] = [];
  #open: LineFile;

  /** Creates the first file of a kind in a directory. */
  constructor(directory: string, kind: string) {
    this.#directory = directory;
    this.#kind = kind;
    this.#open = this.#next();
  }

  /** Adds a line to the last file, or to a new one when that is full. */
  add(line: string): void {
    if (this.#open.lines === LINES_PER_FILE) {
      this.#closed.push(this.#open.close());
      this.#open = this.#next();
    }
    this.#open.add(line);
  }

  /** Ends them all. */
  close(): WrittenFile[] {
    return [...this.#closed, this.#open.close()];
  }

  #next(): LineFile {
    const number = `${this.#closed.length + 1}`.padStart(6, "0");
    return new LineFile(this.#directory, `${this.#kind}-${number}.ndjson`);
  }
}
