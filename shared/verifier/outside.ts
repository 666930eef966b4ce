/** Checkpoints that somebody kept elsewhere, compared with the log. @module */
import { type Checkpoint, readCheckpoint } from "./checkpoint.ts";
import type { Findings } from "./findings.ts";
import type { SigningKeys } from "./signing_keys.ts";
import type { GrowingTree } from "./tree.ts";

/** The checkpoints from outside that still wait for their frame. */
export class OutsideCheckpoints {
  readonly #waiting = new Map<number, Checkpoint[]>();
  readonly #findings: Findings;
  /** Position of the newest that agrees; 0 when none does yet. */
  newest = 0;

  /** Reads the notes; one that is no checkpoint of this origin is a finding. */
  constructor(notes: readonly string[], origin: string, findings: Findings) {
    this.#findings = findings;
    for (const note of notes) {
      const checkpoint = readCheckpoint(note);
      findings.checked("outside");
      if (typeof checkpoint === "string") {
        this.#fail(null, `a checkpoint from outside is none: ${checkpoint}`);
      } else if (checkpoint.origin !== origin) {
        this.#fail(null, `a checkpoint from outside is of ${checkpoint.origin}, not of ${origin}`);
      } else {
        const same = this.#waiting.get(checkpoint.size);
        if (same === undefined) this.#waiting.set(checkpoint.size, [checkpoint]);
        else same.push(checkpoint);
      }
    }
  }

  /** Whether one waits for a tree of this size. */
  expects(size: number): boolean {
    return this.#waiting.size > 0 && this.#waiting.has(size);
  }

  /** Compares those of the tree's size with it. */
  async compare(tree: GrowingTree, keys: SigningKeys, at: string): Promise<void> {
    for (const checkpoint of this.#waiting.get(tree.size) ?? []) {
      if (checkpoint.root !== tree.root()) {
        this.#fail(
          at,
          `the log was rewritten: a checkpoint from outside over ${checkpoint.size} frames up to ` +
            `position ${checkpoint.position} has another root than these frames`,
          checkpoint.position,
        );
        continue;
      }
      const problem = await keys.verify(checkpoint);
      if (problem !== null) {
        this.#fail(at, `a checkpoint from outside: ${problem}`, checkpoint.position);
      }
      this.newest = Math.max(this.newest, checkpoint.position);
    }
    this.#waiting.delete(tree.size);
  }

  /** What is left when the frames have ended: beyond the end is cut off; before the start is noted. */
  finish(end: { readonly frames: number; readonly position: number }): string[] {
    const earlier: string[] = [];
    for (const [size, checkpoints] of this.#waiting) {
      const { position } = checkpoints[0]!;
      if (size > end.frames) {
        this.#fail(
          null,
          `the end is cut off: a checkpoint from outside covers ${size} frames up to position ` +
            `${position}, the export ends with frame ${end.frames} at position ${end.position}`,
        );
      } else {
        earlier.push(
          `A checkpoint from outside at position ${position}: it lies before the export.`,
        );
      }
    }
    return earlier;
  }

  #fail(at: string | null, message: string, position: number | null = null): void {
    this.#findings.fail("outside", { position, at }, message);
  }
}
