/** The numbered files of one kind as one series of values. @module */
import { type Json, NotCanonicalError, readCanonical } from "./canonical.ts";
import type { CheckId } from "./checks.ts";
import type { VerifierCrypto } from "./crypto.ts";
import type { Findings } from "./findings.ts";
import { type ExportSource, LineReader, UnreadableFileError } from "./lines.ts";
import { type Kind, misshapen } from "./lines_of_export.ts";
import type { ManifestFile } from "./manifest.ts";

/** What reading a series needs. */
export interface SeriesSettings {
  readonly source: ExportSource;
  /** In order. */
  readonly files: readonly ManifestFile[];
  readonly shape: Readonly<Record<string, Kind>>;
  readonly crypto: VerifierCrypto;
  readonly findings: Findings;
  /** The position that the next line should have, for findings; absent: unknown. */
  readonly position?: () => number;
}

/** A line that was read. */
export interface Read<Value> {
  /** Null when the line is not what it must be; that is a finding already. */
  readonly value: Value | null;
  readonly line: string;
}

/** Reads lines one after the other and compares each file with the manifest at its end. */
export class Series<Value> {
  readonly #settings: SeriesSettings;
  #reader: LineReader | null = null;
  #file = 0;

  /** Before the first line. */
  constructor(settings: SeriesSettings) {
    this.#settings = settings;
  }

  /** The file and line of what was read last. */
  get at(): string {
    return this.#reader === null ? "" : `${this.#reader.name}:${this.#reader.line}`;
  }

  /** The next line when it is at hand; undefined means to ask {@link more}. */
  take(): Read<Value> | undefined {
    const line = this.#reader?.take();
    return line === undefined ? undefined : { line, value: this.#valueOf(line) };
  }

  /** Reads on; false after the last line of the last file. */
  async more(): Promise<boolean> {
    const { files, source, crypto } = this.#settings;
    while (this.#file < files.length) {
      const file = files[this.#file]!;
      try {
        this.#reader ??= new LineReader(source, file.name, crypto);
        if (await this.#reader.fill()) return true;
        this.#compare(file, this.#reader);
      } catch (error) {
        this.#unreadable(file, error);
      }
      this.#reader = null;
      this.#file++;
    }
    return false;
  }

  /** The next line, or null after the last. */
  async next(): Promise<Read<Value> | null> {
    const read = this.take();
    if (read !== undefined) return read;
    return await this.more() ? this.take() ?? null : null;
  }

  #valueOf(line: string): Value | null {
    const { findings, shape } = this.#settings;
    let value: Json;
    findings.checked("canonical");
    try {
      value = readCanonical(line);
    } catch (error) {
      if (!(error instanceof NotCanonicalError)) throw error;
      this.#fail("canonical", error.message);
      return null;
    }
    findings.checked("shape");
    const problem = misshapen(value, shape);
    if (problem === null) return value as unknown as Value;
    this.#fail("shape", problem);
    return null;
  }

  #compare(file: ManifestFile, reader: LineReader): void {
    const { findings } = this.#settings;
    const facts = reader.facts();
    findings.checked("files");
    const wrong = (["lines", "bytes", "sha256"] as const).find((fact) =>
      facts[fact] !== file[fact]
    );
    if (wrong === undefined) return;
    findings.fail(
      "files",
      { position: null, at: file.name },
      `${file.name} has ${wrong} ${facts[wrong]}, the manifest says ${file[wrong]}`,
    );
  }

  #unreadable(file: ManifestFile, error: unknown): void {
    if (error instanceof Error && error.name === "TooManyFindings") throw error;
    const { findings } = this.#settings;
    const why = error instanceof Error ? error.message : String(error);
    const known = error instanceof UnreadableFileError;
    findings.checked("files");
    findings.fail(
      "files",
      { position: null, at: file.name },
      known ? `${file.name} is unreadable: ${why}` : `${file.name} cannot be read: ${why}`,
    );
  }

  #fail(check: CheckId, message: string): void {
    const position = this.#settings.position?.() ?? null;
    this.#settings.findings.fail(check, { position, at: this.at }, message);
  }
}
