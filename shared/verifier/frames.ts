/** Frames, their tree, and the checkpoints over it, as the events go by. @module */
import { type Checkpoint, readCheckpoint } from "./checkpoint.ts";
import type { Findings } from "./findings.ts";
import type { LogHasher } from "./hashes.ts";
import type { CheckpointLine, FrameLine } from "./lines_of_export.ts";
import type { Manifest } from "./manifest.ts";
import type { OutsideCheckpoints } from "./outside.ts";
import type { Series } from "./series.ts";
import type { SigningKeys } from "./signing_keys.ts";
import { GrowingTree, type Hash, type HashNode } from "./tree.ts";

/** What {@link FrameWalk} works with. */
export interface FrameWalkSettings {
  readonly manifest: Manifest;
  readonly frames: Series<FrameLine>;
  readonly checkpoints: Series<CheckpointLine>;
  readonly outside: OutsideCheckpoints;
  readonly keys: SigningKeys;
  readonly hasher: LogHasher;
  readonly hashNode: HashNode;
  readonly findings: Findings;
}

/** Walks the frames beside the events. */
export class FrameWalk {
  /** The tree over all frames so far. */
  readonly tree: GrowingTree;
  /** The frame that the events are in now. */
  #frame: FrameLine | null = null;
  #at = "";
  #ended = false;
  readonly #events: GrowingTree;
  readonly #settings: FrameWalkSettings;
  #last: Pick<FrameLine, "hash" | "epoch" | "recordedAt"> | null = null;
  #next: number;
  #lastRecordedAt = 0;
  #checkpoint: { readonly line: CheckpointLine; readonly at: string } | null = null;
  #checkpoints = 0;
  #checkpointed = 0;
  #count = 0;

  /** Before the first frame. */
  constructor(settings: FrameWalkSettings) {
    this.#settings = settings;
    this.tree = new GrowingTree(settings.hashNode);
    this.#events = new GrowingTree(settings.hashNode);
    this.#next = settings.manifest.from;
  }

  /** Frames and checkpoints that were read, and the last frame's hash. */
  get summary() {
    return {
      frames: this.#count,
      checkpoints: this.#checkpoints,
      head: this.#last?.hash ?? null,
      checkpointed: this.#checkpointed,
    };
  }

  /** Whether an event at a position belongs to the frame that is open. */
  covers(position: number): boolean {
    const frame = this.#frame;
    return frame !== null && position >= frame.firstPosition &&
      position < frame.firstPosition + frame.count;
  }

  /** Takes the leaf of an event that {@link covers} says is in the open frame. */
  add(leaf: Hash, recordedAt: number): void {
    this.#events.append(leaf);
    this.#lastRecordedAt = recordedAt;
  }

  /** Ends the open frame and opens the one that covers a position, if there is one. */
  async advance(position: number): Promise<void> {
    while (!this.#ended && !this.covers(position)) {
      if (this.#frame === null) {
        await this.#open();
      } else if (this.#frame.firstPosition > position) {
        break;
      } else {
        await this.#close();
      }
    }
    if (this.covers(position)) return;
    this.#settings.findings.checked("positions");
    this.#fail("positions", position, "", `no frame covers the event at position ${position}`);
  }

  /** Ends the last frame and reads what is left; the tree is complete then. */
  async finish(): Promise<void> {
    while (!this.#ended) {
      await this.#close();
      await this.#open();
    }
    for (let left = await this.#peek(); left !== null; left = await this.#peek()) {
      this.#checkpoint = null;
      const { position } = left.line;
      this.#fail("tree", position, left.at, `the checkpoint at position ${position} ends no frame`);
    }
  }

  async #open(): Promise<void> {
    const { frames, findings, hasher, manifest } = this.#settings;
    const read = await frames.next();
    if (read === null) {
      this.#ended = true;
      return;
    }
    this.#count++;
    const frame = read.value;
    if (frame === null) return;
    this.#frame = frame;
    this.#at = frames.at;
    findings.checked("positions");
    if (frame.firstPosition !== this.#next || frame.index !== this.tree.size) {
      this.#failFrame(
        "positions",
        `frame ${frame.index} begins at ${frame.firstPosition}, expected is frame ` +
          `${this.tree.size} at ${this.#next}`,
      );
    }
    findings.checked("chain");
    const previous = this.#last?.hash ?? manifest.previousHash;
    if (frame.previousHash !== previous) {
      this.#failFrame("chain", `frame ${frame.index} does not follow the frame before it`);
    }
    const hash = hasher.frame(manifest.shard, frame);
    if (hash !== frame.hash) {
      this.#failFrame("chain", `the hash of frame ${frame.index} is ${frame.hash}, not ${hash}`);
    }
    findings.checked("time");
    if (frame.epoch < (this.#last?.epoch ?? 0)) {
      this.#failFrame("time", `epoch ${frame.epoch} comes after ${this.#last!.epoch}`);
    }
    this.#next = frame.firstPosition + frame.count;
  }

  async #close(): Promise<void> {
    const frame = this.#frame;
    if (frame === null) return;
    const { findings } = this.#settings;
    findings.checked("root");
    const leaves = this.#events;
    if (leaves.size !== frame.count) {
      this.#failFrame("root", `frame ${frame.index} has ${leaves.size} of ${frame.count} events`);
    } else if (leaves.root() !== frame.merkleRoot) {
      this.#failFrame(
        "root",
        `the Merkle root of frame ${frame.index} is ${frame.merkleRoot}, not ${leaves.root()}`,
      );
    } else if (frame.recordedAt !== this.#lastRecordedAt) {
      this.#failFrame("time", `frame ${frame.index} was not recorded with its last event`);
    }
    leaves.clear();
    this.#frame = null;
    this.#last = frame;
    this.tree.append(frame.hash);
    const { outside, keys } = this.#settings;
    if (outside.expects(this.tree.size)) await outside.compare(this.tree, keys, this.#at);
    await this.#compareCheckpoints(frame);
  }

  /** Compares the checkpoints at the end of a frame; one inside of it is wrong. */
  async #compareCheckpoints(frame: FrameLine): Promise<void> {
    const end = frame.firstPosition + frame.count - 1;
    for (let next = await this.#peek(); next !== null; next = await this.#peek()) {
      if (next.line.position > end) return;
      this.#checkpoint = null;
      const { line: { note, position }, at } = next;
      const { findings, keys } = this.#settings;
      const repeated = position <= this.#checkpointed;
      this.#checkpointed = Math.max(this.#checkpointed, position);
      const checkpoint = readCheckpoint(note);
      findings.checked("tree");
      const problem = repeated
        ? "the checkpoint comes after one of the same position or a later one"
        : typeof checkpoint === "string"
        ? checkpoint
        : this.#compare(checkpoint, frame, position);
      if (problem !== null) this.#fail("tree", position, at, problem);
      if (typeof checkpoint === "string") continue;
      findings.checked("signature");
      const unsigned = await keys.verify(checkpoint);
      if (unsigned !== null) this.#fail("signature", position, at, `the checkpoint: ${unsigned}`);
    }
  }

  #compare(checkpoint: Checkpoint, frame: FrameLine, position: number): string | null {
    const { origin } = this.#settings.manifest;
    const expected = {
      origin,
      position: frame.firstPosition + frame.count - 1,
      size: this.tree.size,
      root: this.tree.root(),
      frame: frame.hash,
      time: frame.recordedAt,
    };
    if (checkpoint.position !== position) {
      return "the checkpoint's position is not that of its line";
    }
    for (const name of ["origin", "position", "size", "root", "frame", "time"] as const) {
      if (checkpoint[name] === expected[name]) continue;
      return `the checkpoint's ${name} is ${checkpoint[name]}, the log gives ${expected[name]}`;
    }
    return null;
  }

  async #peek() {
    if (this.#checkpoint !== null) return this.#checkpoint;
    const { checkpoints } = this.#settings;
    for (let read = await checkpoints.next(); read !== null; read = await checkpoints.next()) {
      this.#checkpoints++;
      if (read.value === null) continue;
      return this.#checkpoint = { line: read.value, at: checkpoints.at };
    }
    return null;
  }

  #failFrame(check: "positions" | "root" | "chain" | "time", message: string): void {
    this.#fail(check, this.#frame!.firstPosition, this.#at, message);
  }

  #fail(
    check: "positions" | "root" | "chain" | "time" | "tree" | "signature",
    position: number,
    at: string,
    message: string,
  ): void {
    this.#settings.findings.fail(check, { position, at: at === "" ? null : at }, message);
  }
}
