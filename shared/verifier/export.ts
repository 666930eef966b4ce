/** Verifying an export from its files alone. @module */
import { CHECKS } from "./checks.ts";
import { compareClosing, readOpening } from "./books.ts";
import { Findings, TooManyFindings } from "./findings.ts";
import { FrameWalk } from "./frames.ts";
import { createLogHasher, type LogHasher } from "./hashes.ts";
import { type ExportSource, LineReader } from "./lines.ts";
import { type CheckpointLine, type EventLine, type FrameLine, SHAPES } from "./lines_of_export.ts";
import { filesOf, MANIFEST, type Manifest, readManifest, sameKey } from "./manifest.ts";
import type { SigningKey } from "./manifest.ts";
import { notCheckedOf } from "./not_checked.ts";
import { OutsideCheckpoints } from "./outside.ts";
import { Replay } from "./replay/replay.ts";
import type { ExportReport, VerifyProgress } from "./report.ts";
import { type Read, Series } from "./series.ts";
import { SigningKeys } from "./signing_keys.ts";
import { type Hash, nodeHasher } from "./tree.ts";
import type { VerifyOptions } from "./trust.ts";

type ExportedEvent = EventLine & { readonly hash: Hash };

/** Events between two calls of `onProgress`. */
const PROGRESS_EVERY = 10_000;

/** The previous hash of a shard's first frame. */
const ZEROS = "0".repeat(64);

/**
 * Verifies an export: its files, hashes, signatures and the meaning of every event. Reads each file
 * once, in pieces. Never rejects for what the files hold, only when `options` are wrong; a file that
 * cannot be read is a finding.
 */
export async function verifyExport(
  source: ExportSource,
  options: VerifyOptions,
  onProgress: (progress: VerifyProgress) => void = () => {},
): Promise<ExportReport> {
  const findings = new Findings({
    kept: options.findingsKept ?? 50,
    counted: options.findingsCounted ?? 1_000,
  });
  const run = new Verification(source, options, findings);
  let stopped = false;
  try {
    stopped = !(await run.all(onProgress));
  } catch (error) {
    if (!(error instanceof TooManyFindings)) throw error;
    stopped = true;
  }
  return { ok: findings.count === 0 && !stopped, stopped, ...run.report() };
}

class Verification {
  readonly #source: ExportSource;
  readonly #options: VerifyOptions;
  readonly #findings: Findings;
  #manifest: Manifest | null = null;
  #manifestSha256: string | null = null;
  #keys: SigningKeys | null = null;
  #walk: FrameWalk | null = null;
  #replay: Replay | null = null;
  #outside: OutsideCheckpoints | null = null;
  #logged: SigningKey[] = [];
  #earlierOutside: string[] = [];
  #otherFiles: string[] = [];
  #events = 0;
  #postings = 0;
  #expected = 0;
  #recordedAt = 0;
  #progressAt = PROGRESS_EVERY;

  constructor(source: ExportSource, options: VerifyOptions, findings: Findings) {
    this.#source = source;
    this.#options = options;
    this.#findings = findings;
  }

  /** Runs every check; false when the manifest tells too little to begin. */
  async all(onProgress: (progress: VerifyProgress) => void): Promise<boolean> {
    const manifest = await this.#readManifest();
    if (manifest === null) return false;
    this.#manifest = manifest;
    const { crypto, keys: told = [], checkpoints = [] } = this.#options;
    const findings = this.#findings;
    const hasher = createLogHasher(crypto);
    const replay = this.#replay = new Replay(findings, manifest.from === 1);
    const keys = this.#keys = new SigningKeys(manifest.origin, told, crypto);
    const outside = this.#outside = new OutsideCheckpoints(checkpoints, manifest.origin, findings);
    const walk = this.#walk = new FrameWalk({
      manifest,
      frames: this.#series<FrameLine>("frames", SHAPES.frame),
      checkpoints: this.#series<CheckpointLine>("checkpoints", SHAPES.checkpoint),
      outside,
      keys,
      hasher,
      hashNode: nodeHasher(crypto),
      findings,
    });
    await this.#begin(manifest, walk);
    const books = { source: this.#source, manifest, crypto, findings };
    await readOpening(books, replay.balances);
    await this.#readEvents(manifest, { walk, hasher, onProgress });
    await walk.finish();
    replay.finish();
    await compareClosing(books, replay.balances);
    const end = { frames: walk.tree.size, position: this.#expected - 1 };
    this.#earlierOutside = outside.finish(end);
    this.#compareManifest(manifest, walk);
    onProgress({ events: this.#events, ofEvents: this.#events, position: end.position });
    return true;
  }

  async #readManifest(): Promise<Manifest | null> {
    const findings = this.#findings;
    const where = { position: null, at: MANIFEST };
    findings.checked("manifest");
    try {
      const names = await this.#source.names();
      const reader = new LineReader(this.#source, MANIFEST, this.#options.crypto);
      const line = await reader.fill() ? reader.take()! : "";
      const more = await reader.fill();
      this.#manifestSha256 = reader.facts().sha256;
      const manifest = more ? "the manifest has more than one line" : readManifest(line);
      if (typeof manifest === "string") {
        findings.fail("manifest", where, manifest);
        return null;
      }
      const known = new Set([MANIFEST, ...manifest.files.map(({ name }) => name)]);
      this.#otherFiles = names.filter((name) => !known.has(name)).sort();
      return manifest;
    } catch (error) {
      if (error instanceof TooManyFindings) throw error;
      const why = error instanceof Error ? error.message : String(error);
      findings.fail("manifest", where, `the manifest cannot be read: ${why}`);
      return null;
    }
  }

  #series<Value>(
    kind: string,
    shape: (typeof SHAPES)[keyof typeof SHAPES],
    position?: () => number,
  ): Series<Value> {
    const names = new Set(filesOf(this.#manifest!, kind));
    return new Series<Value>({
      source: this.#source,
      files: this.#manifest!.files.filter(({ name }) => names.has(name)),
      shape,
      crypto: this.#options.crypto,
      findings: this.#findings,
      ...(position === undefined ? {} : { position }),
    });
  }

  /** Where the log starts from: nothing, or what the manifest says of before. */
  async #begin(manifest: Manifest, walk: FrameWalk): Promise<void> {
    const { from, frames, compactRange, previousHash, keys } = manifest;
    this.#expected = from;
    if (from === 1) {
      const fresh = frames.first === 0 && compactRange.length === 0 && previousHash === ZEROS;
      this.#state(fresh ? null : "the log begins with position 1, frame 0 and 32 zero bytes");
      return;
    }
    this.#state(
      walk.tree.resume(frames.first, compactRange)
        ? null
        : `${compactRange.length} roots do not stand for ${frames.first} frames`,
    );
    const [key] = keys;
    this.#state(key === undefined ? "the key in force before the export is not named" : null);
    if (key !== undefined && key !== null) await this.#setKey(key, null);
    const outside = this.#outside!;
    if (outside.expects(walk.tree.size)) {
      await outside.compare(walk.tree, this.#keys!, MANIFEST);
    }
  }

  async #readEvents(
    manifest: Manifest,
    { walk, hasher, onProgress }: {
      readonly walk: FrameWalk;
      readonly hasher: LogHasher;
      readonly onProgress: (progress: VerifyProgress) => void;
    },
  ): Promise<void> {
    const series = this.#series<ExportedEvent>("events", SHAPES.event, () => this.#expected);
    const files = new Set(filesOf(manifest, "events"));
    const ofEvents = manifest.files.reduce(
      (sum, file) => sum + (files.has(file.name) ? file.lines : 0),
      0,
    );
    for (;;) {
      const read = series.take();
      if (read === undefined) {
        if (!await series.more()) return;
        continue;
      }
      this.#events++;
      if (read.value === null) {
        this.#expected++;
        continue;
      }
      if (!walk.covers(read.value.position)) await walk.advance(read.value.position);
      this.#checkEvent(read as Read<ExportedEvent> & { value: ExportedEvent }, series.at, hasher);
      if (walk.covers(read.value.position)) walk.add(read.value.hash, read.value.recordedAt);
      if (read.value.type === "SigningKeySet") await this.#keySet(read.value);
      if (this.#events < this.#progressAt) continue;
      this.#progressAt += PROGRESS_EVERY;
      onProgress({ events: this.#events, ofEvents, position: read.value.position });
    }
  }

  #checkEvent(
    { value: event, line }: { readonly value: ExportedEvent; readonly line: string },
    at: string,
    hasher: LogHasher,
  ): void {
    const findings = this.#findings;
    const where = { position: event.position, at };
    this.#postings += event.postings.length;
    findings.checked("positions");
    if (event.position !== this.#expected || event.shard !== this.#manifest!.shard) {
      findings.fail(
        "positions",
        where,
        `position ${event.position} of shard ${event.shard} stands where position ` +
          `${this.#expected} of shard ${this.#manifest!.shard} must be`,
      );
    }
    this.#expected = event.position + 1;
    findings.checked("leaf");
    const leaf = hasher.leaf(event, payloadOf(line));
    if (leaf !== event.hash) {
      findings.fail("leaf", where, `its content has the hash ${leaf}, not ${event.hash}`);
    }
    findings.checked("time");
    if (event.recordedAt < this.#recordedAt) {
      findings.fail("time", where, `recorded at ${event.recordedAt}, after ${this.#recordedAt}`);
    }
    this.#recordedAt = event.recordedAt;
    this.#replay!.apply(event, at);
  }

  async #keySet({ payload, position }: EventLine): Promise<void> {
    const key = payload as unknown as SigningKey;
    if (typeof key.publicKey !== "string") return;
    this.#logged.push(key);
    await this.#setKey(key, position);
  }

  async #setKey(key: SigningKey, position: number | null): Promise<void> {
    this.#findings.checked("keys");
    const problem = await this.#keys!.set(key, position);
    if (problem === null) return;
    const at = position === null ? MANIFEST : null;
    this.#findings.fail("keys", { position, at }, `the key ${key.keyHash}: ${problem}`);
  }

  #compareManifest(manifest: Manifest, walk: FrameWalk): void {
    const { frames, head, checkpointed } = walk.summary;
    const { from, to } = manifest;
    const last = this.#expected - 1;
    const named = from === 1 ? manifest.keys : manifest.keys.slice(1);
    const keysAgree = named.length === this.#logged.length &&
      named.every((key, index) => key !== null && sameKey(key, this.#logged[index]!));
    this.#state(last === to ? null : `the log ends at position ${last}, the manifest says ${to}`);
    this.#state(
      frames === manifest.frames.count
        ? null
        : `there are ${frames} frames, the manifest says ${manifest.frames.count}`,
    );
    this.#state(head === manifest.head ? null : `the last frame's hash is ${head}`);
    this.#state(keysAgree ? null : "the keys are not those that the log puts in force");
    this.#state(checkpointed === to ? null : `there is no checkpoint at the end, position ${to}`);
  }

  #state(problem: string | null): void {
    this.#findings.checked("manifest");
    if (problem === null) return;
    this.#findings.fail("manifest", { position: null, at: MANIFEST }, problem);
  }

  /** The report but for its verdict. */
  report(): Omit<ExportReport, "ok" | "stopped"> {
    const manifest = this.#manifest;
    const keys = this.#keys?.all ?? [];
    const { frames = 0, checkpoints = 0, head = null } = this.#walk?.summary ?? {};
    return {
      manifestSha256: this.#manifestSha256,
      origin: manifest?.origin ?? null,
      shard: manifest?.shard ?? null,
      from: manifest?.from ?? null,
      to: manifest?.to ?? null,
      events: this.#events,
      postings: this.#postings,
      frames,
      checkpoints,
      head,
      root: this.#walk?.tree.root() ?? null,
      keys,
      checks: this.#findings.results(),
      findings: this.#findings.kept,
      findingCount: this.#findings.count,
      first: this.#findings.first,
      notChecked: manifest === null ? CHECKS.slice(1).map(({ title }) => title) : notCheckedOf({
        from: manifest.from,
        to: manifest.to,
        keys,
        newestOutside: this.#outside?.newest ?? 0,
        earlierOutside: this.#earlierOutside,
        unknown: this.#replay?.place.unknown ?? new Map(),
        withoutRules: this.#replay?.withoutRules ?? new Map(),
        otherFiles: this.#otherFiles,
      }),
    };
  }
}

/**
 * The payload's canonical JSON inside of a line that is canonical and an event: the members around
 * it hold no objects before it, and none with a position after it.
 */
function payloadOf(line: string): string {
  const start = line.indexOf(',"payload":') + 11;
  return line.slice(start, line.lastIndexOf(',"position":'));
}
