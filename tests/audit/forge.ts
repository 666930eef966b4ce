/**
 * A forger's workshop: an export in memory whose content can be changed, and whose hashes,
 * signatures and manifest can be made to fit again as far as a test wants. It hashes with the
 * ledger's own code, which the verifier does not share. @module
 */
import { createHash } from "node:crypto";
import {
  canonicalJson,
  compactRange,
  frameHash,
  leafHash,
  merkleRoot,
  type SigningKey,
} from "../../ledger/integrity/mod.ts";
import { readNote, signCheckpoint } from "../../ledger/checkpoint/mod.ts";
import type { ExportSource } from "../../shared/verifier/mod.ts";

/** A posting that can be changed. */
export interface ForgedPosting {
  account: string;
  amount: string;
  balanceAfter: string;
  currency: string;
}

/** An event that can be changed. */
export interface ForgedEvent {
  [member: string]: unknown;
  hash: string;
  position: number;
  type: string;
  recordedAt: number;
  // deno-lint-ignore no-explicit-any
  payload: any;
  postings: ForgedPosting[];
}

/** A frame that can be changed. */
export interface ForgedFrame {
  count: number;
  epoch: number;
  firstPosition: number;
  hash: string;
  index: number;
  merkleRoot: string;
  previousHash: string;
  recordedAt: number;
}

/** How far the forger goes; each does what those before it do. */
export const EFFORTS = ["none", "manifest", "leaves", "roots", "chain", "checkpoints"] as const;

/** One of {@link EFFORTS}. */
export type Effort = (typeof EFFORTS)[number];

type Lines = Record<string, unknown>[];

/** An export in memory, each kind of line in one file. */
export class Forgery {
  /** The lines, as objects. */
  readonly events: ForgedEvent[];
  /** The frames. */
  readonly frames: ForgedFrame[];
  /** The checkpoints. */
  readonly checkpoints: { note: string; position: number }[];
  /** The closing balances. */
  readonly balances: { account: string; balance: string; currency: string }[];
  /** The opening balances; null for an export from the first event. */
  readonly opening: Lines | null;
  /** The manifest. */
  // deno-lint-ignore no-explicit-any
  readonly manifest: any;
  /** Bytes to put in place of whole files, after everything else. */
  readonly replaced = new Map<string, Uint8Array | null>();

  private constructor(files: ReadonlyMap<string, string>) {
    const lines = (name: string) =>
      files.get(name)!.trimEnd().split("\n").filter((line) => line !== "").map((line) =>
        JSON.parse(line)
      );
    this.events = lines("events-000001.ndjson");
    this.frames = lines("frames-000001.ndjson");
    this.checkpoints = lines("checkpoints-000001.ndjson");
    this.balances = lines("balances.ndjson");
    this.opening = files.has("opening.ndjson") ? lines("opening.ndjson") : null;
    this.manifest = JSON.parse(files.get("manifest.json")!);
  }

  /** Reads a small export. */
  static async read(directory: string): Promise<Forgery> {
    const files = new Map<string, string>();
    for await (const { name } of Deno.readDir(directory)) {
      files.set(name, await Deno.readTextFile(`${directory}/${name}`));
    }
    return new Forgery(files);
  }

  /** The n-th event of a type, from 1. */
  event(type: string, n = 1): ForgedEvent {
    const found = this.events.filter((event) => event.type === type)[n - 1];
    if (found === undefined) throw new Error(`the story has no ${type} number ${n}`);
    return found;
  }

  /** Makes running and closing balances follow from the postings again. */
  rebalance(): void {
    const sums = new Map<string, bigint>();
    for (const { account, currency, balance } of this.opening ?? []) {
      sums.set(`${account}|${currency}`, BigInt(balance as string));
    }
    for (const posting of this.events.flatMap(({ postings }) => postings)) {
      const key = `${posting.account}|${posting.currency}`;
      sums.set(key, (sums.get(key) ?? 0n) + BigInt(posting.amount));
      posting.balanceAfter = `${sums.get(key)}`;
    }
    this.balances.length = 0;
    for (const key of [...sums.keys()].sort()) {
      const [account, currency] = key.split("|") as [string, string];
      this.balances.push({ account, balance: `${sums.get(key)}`, currency });
    }
  }

  /** Makes everything up to an effort fit the content again, checkpoints by `keyOf` a position. */
  reseal(effort: Effort, keyOf: (position: number) => SigningKey | null = () => null): void {
    const goes = (to: Effort) => EFFORTS.indexOf(effort) >= EFFORTS.indexOf(to);
    if (goes("leaves")) { for (const event of this.events) event.hash = leafOf(event); }
    if (goes("roots")) this.#roots();
    if (goes("chain")) this.#chain();
    if (goes("checkpoints")) this.#sign(keyOf);
    if (goes("manifest")) this.#seal();
  }

  #roots(): void {
    for (const frame of this.frames) {
      const events = this.#eventsOf(frame);
      if (events.length === 0) continue;
      frame.merkleRoot = merkleRoot(events.map(({ hash }) => Uint8Array.fromHex(hash))).toHex();
      frame.recordedAt = events.at(-1)!.recordedAt;
    }
  }

  #eventsOf({ firstPosition, count }: ForgedFrame): ForgedEvent[] {
    const at = firstPosition - this.manifest.from;
    return this.events.slice(at, at + count);
  }

  #chain(): void {
    let previous: string = this.manifest.previousHash;
    for (const frame of this.frames) {
      frame.previousHash = previous;
      frame.hash = previous = frameHash({
        shard: this.manifest.shard,
        firstPosition: BigInt(frame.firstPosition),
        count: frame.count,
        previousHash: Uint8Array.fromHex(frame.previousHash),
        merkleRoot: Uint8Array.fromHex(frame.merkleRoot),
        epoch: BigInt(frame.epoch),
        recordedAtMs: frame.recordedAt,
      }).toHex();
    }
  }

  #sign(keyOf: (position: number) => SigningKey | null): void {
    const tree = compactRange(
      this.manifest.frames.first,
      this.manifest.compactRange.map((hash: string) => Uint8Array.fromHex(hash)),
    );
    for (const frame of this.frames) {
      tree.append(Uint8Array.fromHex(frame.hash));
      const position = frame.firstPosition + frame.count - 1;
      const line = this.checkpoints.find((checkpoint) => checkpoint.position === position);
      const key = line === undefined ? null : keyOf(position);
      if (line === undefined || key === null) continue;
      const { origin } = readNote(line.note)!.checkpoint;
      line.note = signCheckpoint({
        origin,
        frames: tree.size(),
        root: tree.root(),
        position: BigInt(position),
        frameHash: Uint8Array.fromHex(frame.hash),
        recordedAtMs: frame.recordedAt,
      }, key);
    }
  }

  #seal(): void {
    const { manifest, frames, events } = this;
    manifest.head = frames.at(-1)!.hash;
    manifest.frames.count = frames.length;
    manifest.to = events.at(-1)!.position;
    const keys = events.filter(({ type }) => type === "SigningKeySet");
    manifest.keys = [
      ...(manifest.from === 1 ? [] : manifest.keys.slice(0, 1)),
      ...keys.map(({ payload }) => payload),
    ];
    manifest.files = [...this.#contents()].map(([name, bytes]) => ({
      name,
      bytes: bytes.length,
      lines: bytes.filter((byte) => byte === 10).length,
      sha256: createHash("sha256").update(bytes).digest("hex"),
    }));
  }

  /** The files but for the manifest, sorted by name. */
  #contents(): Map<string, Uint8Array> {
    const lines = (values: readonly unknown[]) =>
      new TextEncoder().encode(values.map((value) => `${canonicalJson(value)}\n`).join(""));
    const files = new Map<string, Uint8Array>([
      ["balances.ndjson", lines(this.balances)],
      ["checkpoints-000001.ndjson", lines(this.checkpoints)],
      ["events-000001.ndjson", lines(this.events)],
      ["frames-000001.ndjson", lines(this.frames)],
    ]);
    if (this.opening !== null) files.set("opening.ndjson", lines(this.opening));
    for (const [name, bytes] of this.replaced) {
      if (bytes === null) files.delete(name);
      else files.set(name, bytes);
    }
    return files;
  }

  /** All files as they are now, in pieces that cut lines and characters anywhere. */
  source(): ExportSource {
    const files = this.#contents();
    if (!this.replaced.has("manifest.json")) {
      files.set("manifest.json", new TextEncoder().encode(`${canonicalJson(this.manifest)}\n`));
    }
    return sourceOf(files);
  }
}

/** Files in memory as the verifier reads them, cut into odd pieces. */
export function sourceOf(files: ReadonlyMap<string, Uint8Array>, piece = 1_021): ExportSource {
  return {
    names: () => Promise.resolve([...files.keys()]),
    async *open(name) {
      const bytes = await Promise.resolve(files.get(name));
      if (bytes === undefined) throw new Error("no such file");
      for (let at = 0; at < bytes.length; at += piece) yield bytes.subarray(at, at + piece);
    },
  };
}

function leafOf(event: ForgedEvent): string {
  return leafHash({
    shard: event.shard as number,
    position: BigInt(event.position),
    stream: event.stream as string,
    version: event.version as number,
    type: event.type,
    schemaVersion: event.schemaVersion as number,
    eventId: event.eventId as string,
    requestId: event.requestId as string | null,
    actor: event.actor as string,
    occurredAtMs: event.occurredAt as number,
    recordedAtMs: event.recordedAt,
    payloadJson: canonicalJson(event.payload),
    legs: event.postings.map(({ account, currency, amount }) => ({
      account,
      currency: currency as "MMK",
      amount: BigInt(amount),
    })),
  }).toHex();
}
