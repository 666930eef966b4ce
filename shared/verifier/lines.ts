/** Lines out of the bytes of files, with what the manifest says of each file. @module */
import type { RunningSha256, VerifierCrypto } from "./crypto.ts";

/** The files of an export, wherever they are. */
export interface ExportSource {
  /** The names of all files, in any order. */
  names(): Promise<readonly string[]>;
  /** The bytes of a file in pieces, from its beginning. Rejects when it cannot be read. */
  open(name: string): AsyncIterable<Uint8Array>;
}

/** What was read of a file. */
export interface FileFacts {
  readonly bytes: number;
  readonly lines: number;
  readonly sha256: string;
}

/** A file that is not lines of UTF-8, each ended by a newline. */
export class UnreadableFileError extends Error {
  override readonly name = "UnreadableFileError";
}

/** The longest line that is read, in UTF-16 code units. */
const LONGEST_LINE = 4_194_304;

/** Reads one file line by line; a line is at hand without waiting unless the piece has ended. */
export class LineReader {
  readonly name: string;
  readonly #pieces: AsyncIterator<Uint8Array>;
  readonly #decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
  readonly #sha256: RunningSha256;
  #lines: readonly string[] = [];
  #next = 0;
  #rest = "";
  #bytes = 0;
  #taken = 0;
  #ended = false;

  /** Opens a file of a source. */
  constructor(source: ExportSource, name: string, crypto: VerifierCrypto) {
    this.name = name;
    this.#pieces = source.open(name)[Symbol.asyncIterator]();
    this.#sha256 = crypto.createSha256();
  }

  /** The number of the line that was taken last, from 1. */
  get line(): number {
    return this.#taken;
  }

  /** The next line without its newline, or undefined when {@link fill} must be called first. */
  take(): string | undefined {
    const line = this.#lines[this.#next];
    if (line !== undefined) {
      this.#next++;
      this.#taken++;
    }
    return line;
  }

  /**
   * Reads on until there is a line; false at the end of the file. Throws UnreadableFileError for
   * bytes that are not UTF-8, a line without an end, or one that is too long.
   */
  async fill(): Promise<boolean> {
    while (this.#next >= this.#lines.length) {
      if (this.#ended) return false;
      const { done, value } = await this.#pieces.next();
      if (done) this.#end();
      else this.#split(value);
    }
    return true;
  }

  /** What was read; call it after the end. */
  facts(): FileFacts {
    return { bytes: this.#bytes, lines: this.#taken, sha256: this.#sha256.digestHex() };
  }

  #split(piece: Uint8Array): void {
    this.#bytes += piece.length;
    this.#sha256.update(piece);
    const lines = (this.#rest + this.#decode(piece)).split("\n");
    this.#rest = lines.pop()!;
    if (this.#rest.length > LONGEST_LINE) {
      throw new UnreadableFileError(`line ${this.#taken + lines.length + 1} never ends`);
    }
    this.#lines = lines;
    this.#next = 0;
  }

  #end(): void {
    this.#ended = true;
    this.#rest += this.#decode(null);
    if (this.#rest !== "") throw new UnreadableFileError("its last line has no newline");
  }

  #decode(piece: Uint8Array | null): string {
    try {
      return piece === null
        ? this.#decoder.decode()
        : this.#decoder.decode(piece, { stream: true });
    } catch {
      throw new UnreadableFileError(`it is not UTF-8 after line ${this.#taken}`);
    }
  }
}
