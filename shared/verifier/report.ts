/** What a verification says at its end. @module */
import type { CheckResult, Finding } from "./findings.ts";
import type { KeyInForce } from "./signing_keys.ts";

/** The whole outcome of verifying an export. */
export interface ExportReport {
  /** Whether every check passed: the files are consistent. Read {@link notChecked} as well. */
  readonly ok: boolean;
  /**
   * Whether everything is consistent and a key that was told vouches for it, itself or by a chain of
   * endorsements. Without it, the files may be a whole log that somebody else made and signed.
   */
  readonly authenticated: boolean;
  /** Whether it gave up before the end, because too much is wrong or the manifest is none. */
  readonly stopped: boolean;
  /** SHA-256 of manifest.json: it stands for every byte of the export. */
  readonly manifestSha256: string | null;
  /** Null when the manifest could not be read. */
  readonly origin: string | null;
  readonly shard: number | null;
  /** First and last position. */
  readonly from: number | null;
  readonly to: number | null;
  /** How many of each were read. */
  readonly events: number;
  readonly postings: number;
  readonly frames: number;
  readonly checkpoints: number;
  /** Hash of the last frame. */
  readonly head: string | null;
  /** Root of the tree of frames at the end, in hexadecimal. */
  readonly root: string | null;
  /** The keys that were in force, in order. */
  readonly keys: readonly KeyInForce[];
  readonly checks: readonly CheckResult[];
  /** Details of the first findings, in the order in which they were found. */
  readonly findings: readonly Finding[];
  /** How many findings there are, or at least are when it stopped. */
  readonly findingCount: number;
  /** The finding about the earliest event, or else the first; null when there is none. */
  readonly first: Finding | null;
  /** What this verification could not show, a sentence each. */
  readonly notChecked: readonly string[];
}

/** How far a verification has come. */
export interface VerifyProgress {
  readonly events: number;
  /** As the manifest says. */
  readonly ofEvents: number;
  readonly position: number;
}
