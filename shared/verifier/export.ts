/** Verifying an export from its files alone. @module */
import { CHECKS } from "./checks.ts";
import { compareClosing, readOpening } from "./books.ts";
import { EventChecks, type ExportedEvent } from "./event_checks.ts";
import { Findings, TooManyFindings } from "./findings.ts";
import { FrameWalk } from "./frames.ts";
import { createLogHasher } from "./hashes.ts";
import type { ExportSource } from "./lines.ts";
import { KeyLog } from "./key_log.ts";
import { type CheckpointLine, type FrameLine, SHAPES } from "./lines_of_export.ts";
import { filesOf, MANIFEST, type Manifest } from "./manifest.ts";
import { notCheckedOf } from "./not_checked.ts";
import { openManifest } from "./open_manifest.ts";
import { OutsideCheckpoints } from "./outside.ts";
import { Replay } from "./replay/replay.ts";
import type { ExportReport, VerifyProgress } from "./report.ts";
import { Series } from "./series.ts";
import { nodeHasher } from "./tree.ts";
import type { VerifyOptions } from "./trust.ts";

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
  const ok = findings.count === 0 && !stopped;
  return { ok, authenticated: ok && run.vouchedFor, stopped, ...run.report() };
}

class Verification {
  readonly #source: ExportSource;
  readonly #options: VerifyOptions;
  readonly #findings: Findings;
  #manifest: Manifest | null = null;
  #manifestSha256: string | null = null;
  #keyLog: KeyLog | null = null;
  #walk: FrameWalk | null = null;
  #replay: Replay | null = null;
  #outside: OutsideCheckpoints | null = null;
  #earlierOutside: string[] = [];
  #otherFiles: readonly string[] = [];
  #checks: EventChecks | null = null;

  constructor(source: ExportSource, options: VerifyOptions, findings: Findings) {
    this.#source = source;
    this.#options = options;
    this.#findings = findings;
  }

  /** Runs every check; false when the manifest tells too little to begin. */
  async all(onProgress: (progress: VerifyProgress) => void): Promise<boolean> {
    const opened = await openManifest(this.#source, this.#options.crypto, this.#findings);
    this.#manifestSha256 = opened.sha256;
    this.#otherFiles = opened.otherFiles;
    const { manifest } = opened;
    if (manifest === null) return false;
    this.#manifest = manifest;
    const { crypto, keys: told = [], checkpoints = [] } = this.#options;
    const findings = this.#findings;
    const { from, shard } = manifest;
    const replay = this.#replay = new Replay(findings, from === 1);
    const checks = this.#checks = new EventChecks({ shard, from, crypto, findings, replay });
    const settings = { origin: manifest.origin, fromStart: from === 1, told, crypto };
    const keyLog = this.#keyLog = new KeyLog(settings, findings);
    const outside = this.#outside = new OutsideCheckpoints(checkpoints, manifest.origin, findings);
    const walk = this.#walk = new FrameWalk({
      manifest,
      frames: this.#series<FrameLine>("frames", SHAPES.frame),
      checkpoints: this.#series<CheckpointLine>("checkpoints", SHAPES.checkpoint),
      outside,
      keys: keyLog.keys,
      hasher: createLogHasher(crypto),
      hashNode: nodeHasher(crypto),
      findings,
    });
    await this.#begin(manifest, walk, keyLog);
    const books = { source: this.#source, manifest, crypto, findings };
    await readOpening(books, replay.balances);
    await this.#readEvents(manifest, { walk, checks, keyLog, onProgress });
    await walk.finish();
    replay.finish();
    await compareClosing(books, replay.balances);
    const { events } = checks;
    const end = { frames: walk.tree.size, position: checks.expected - 1 };
    this.#earlierOutside = outside.finish(end);
    this.#compareManifest(manifest, walk, end.position);
    keyLog.finish();
    onProgress({ events, ofEvents: events, position: end.position });
    return true;
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
  async #begin(manifest: Manifest, walk: FrameWalk, keyLog: KeyLog): Promise<void> {
    const { from, frames, compactRange, previousHash, keys } = manifest;
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
    if (key !== undefined && key !== null) await keyLog.takeFormer(key);
    const outside = this.#outside!;
    if (outside.expects(walk.tree.size)) {
      await outside.compare(walk.tree, keyLog.keys, MANIFEST);
    }
  }

  async #readEvents(
    manifest: Manifest,
    { walk, checks, keyLog, onProgress }: {
      readonly walk: FrameWalk;
      readonly checks: EventChecks;
      readonly keyLog: KeyLog;
      readonly onProgress: (progress: VerifyProgress) => void;
    },
  ): Promise<void> {
    const series = this.#series<ExportedEvent>("events", SHAPES.event, () => checks.expected);
    const files = new Set(filesOf(manifest, "events"));
    const ofEvents = manifest.files.reduce(
      (sum, file) => sum + (files.has(file.name) ? file.lines : 0),
      0,
    );
    let progressAt = PROGRESS_EVERY;
    for (;;) {
      const read = series.take();
      if (read === undefined) {
        if (!await series.more()) return;
        continue;
      }
      const event = read.value;
      if (event === null) {
        checks.skip();
        continue;
      }
      if (!walk.covers(event.position)) await walk.advance(event.position);
      checks.check(event, read.line, series.at);
      if (walk.covers(event.position)) walk.add(event.hash, event.recordedAt);
      if (event.type === "SigningKeySet") await keyLog.take(event);
      if (checks.events < progressAt) continue;
      progressAt += PROGRESS_EVERY;
      onProgress({ events: checks.events, ofEvents, position: event.position });
    }
  }

  #compareManifest(manifest: Manifest, walk: FrameWalk, last: number): void {
    const { frames, head, checkpointed } = walk.summary;
    const { to } = manifest;
    const keysAgree = this.#keyLog!.isNamedBy(manifest);
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

  /** Whether a told key vouches for every key of the log. */
  get vouchedFor(): boolean {
    return this.#keyLog?.keys.vouchedFor ?? false;
  }

  /** The report but for its verdict. */
  report(): Omit<ExportReport, "ok" | "authenticated" | "stopped"> {
    const manifest = this.#manifest;
    const keys = this.#keyLog?.keys.all ?? [];
    const { frames = 0, checkpoints = 0, head = null } = this.#walk?.summary ?? {};
    return {
      manifestSha256: this.#manifestSha256,
      origin: manifest?.origin ?? null,
      shard: manifest?.shard ?? null,
      from: manifest?.from ?? null,
      to: manifest?.to ?? null,
      events: this.#checks?.events ?? 0,
      postings: this.#checks?.postings ?? 0,
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
