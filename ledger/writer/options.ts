/** How a writer is set up, and what it offers. @module */
import type { CommandEnvelope, CommandReply, CommandType } from "../../shared/commands/mod.ts";
import type { Effects } from "../../shared/effects.ts";
import { type Log, silentLog } from "../../shared/log.ts";
import type { Domain, PlacedEvent } from "../domain.ts";
import type { EventStore } from "../store/mod.ts";

/** What has just become part of the log. */
export interface Committed {
  readonly shard: number;
  /** Of the last event. */
  readonly position: bigint;
  /** In the order of the log; empty when the batch had rejections only. */
  readonly events: readonly PlacedEvent[];
}

/** What a writer needs. */
export interface WriterOptions<State> {
  readonly store: EventStore;
  readonly domain: Domain<State>;
  readonly shard: number;
  /** A name that no other writer ever has, such as host, pid and a random part. */
  readonly owner: string;
  readonly effects: Effects;
  /** Called after each commit, in order; what it throws is logged. */
  readonly onCommitted?: (committed: Committed) => void;
  /** Called when the role changes: serve the shard exactly while it is `owner`. */
  readonly onRole?: (role: WriterRole) => void;
  /**
   * Called when the shard was taken and its log replayed, before anything is decided: LogDamagedError
   * stops the writer, any other rejection gives the shard up and tries again.
   */
  readonly beforeOwning?: () => Promise<void>;
  readonly log?: Log;
  /** The shard may be taken at once, because a file lock says that nobody else has it. */
  readonly exclusive?: boolean;
  /** How long the shard stays ours without a sign of life; 2,000 ms when absent. */
  readonly leaseMs?: number;
  /** Most commands in one append; 2,000 when absent. */
  readonly maxBatch?: number;
  /** Most commands under way; beyond it the answer is `unavailable`. 20,000 when absent. */
  readonly maxPending?: number;
  /** How long a command waits for its outcome; 5,000 ms when absent. */
  readonly deadlineMs?: number;
  /** How long one call to the store may take; 10,000 ms when absent. */
  readonly callTimeoutMs?: number;
  /** How many outcomes stay in memory; 200,000 when absent. */
  readonly recentOutcomes?: number;
  /** How often leases, deadlines and due commands are looked after; 250 ms when absent. */
  readonly tickMs?: number;
  /** Most commands that fall due in one tick; 500 when absent. */
  readonly maxDue?: number;
  /**
   * How long nothing falls due after taking a shard in which something already was, so that what was
   * reported during an outage comes first; at least 0, 10,000 ms when absent.
   */
  readonly expiryGraceMs?: number;
  /**
   * Commands that the domain itself refuses a second time, so that no look into the stored outcomes
   * is needed before they are decided. The edge's commands when absent.
   */
  readonly decidedOnce?: (type: CommandType) => boolean;
}

/** What a writer is doing: `failed` means that the log is damaged and a person must look. */
export type WriterRole = "idle" | "standby" | "owner" | "failed" | "stopped";

/** How a writer is doing. */
export interface WriterStatus {
  readonly role: WriterRole;
  readonly shard: number;
  readonly owner: string;
  /** Null when the shard is not ours. */
  readonly epoch: bigint | null;
  /** Of the last event that was decided (owner) or read (standby). */
  readonly position: bigint;
  /** Of the last event that is known to be in the log. */
  readonly committedPosition: bigint;
  /** Commands under way. */
  readonly pending: number;
  /** Why it failed, or null. */
  readonly failure: string | null;
}

/** The single writer of one shard. */
export interface Writer<State> {
  /**
   * Replays the log and takes the shard, waiting as a standby while another's lease is alive.
   * Rejects with LogDamagedError when the log contradicts itself, and when the writer is stopped.
   */
  start(): Promise<void>;
  /**
   * Follows the log as a standby that takes the shard as soon as it is free; returns at once.
   */
  follow(): void;
  /**
   * Decides a command. Never rejects: `unavailable` says that the shard is not ours, too much is
   * under way, or the deadline passed; the same operation id may then be sent again.
   */
  submit(envelope: CommandEnvelope): Promise<CommandReply>;
  /**
   * Reads the state at once. An owner's state may be ahead of the log by what is being committed, a
   * standby's lags behind it. `fn` must not keep or change what it is given.
   */
  read<T>(fn: (state: State) => T): T;
  /**
   * Reads the state and gives the answer out once everything that it may rest on is in the log.
   * Rejects with WriterUnavailableError when the shard is not ours or the deadline passes.
   */
  readCommitted<T>(fn: (state: State) => T): Promise<T>;
  status(): WriterStatus;
  /** Gives the shard up for good, because its log turned out not to be the right one. */
  fail(error: Error): void;
  /** Refuses new commands, waits for those under way (bounded), gives the shard up. Idempotent. */
  stop(): Promise<void>;
}

/** The shard is not ours, or its log could not be reached in time. */
export class WriterUnavailableError extends Error {
  constructor(message: string) {
    super(message);
    this.name = "WriterUnavailableError";
  }
}

/** Options with all defaults filled in. */
export type WriterSettings<State> = Required<WriterOptions<State>>;

const EDGE_COMMANDS: ReadonlySet<CommandType> = new Set<CommandType>([
  "PlaceHold",
  "ExtendHold",
  "ReportUsage",
  "SettleHold",
  "ReleaseHold",
  "ExpireHold",
]);

/** Fills the defaults in. */
export function settingsOf<State>(options: WriterOptions<State>): WriterSettings<State> {
  return {
    onCommitted: () => {},
    onRole: () => {},
    beforeOwning: () => Promise.resolve(),
    log: silentLog,
    exclusive: false,
    leaseMs: 2_000,
    maxBatch: 2_000,
    maxPending: 20_000,
    deadlineMs: 5_000,
    callTimeoutMs: 10_000,
    recentOutcomes: 200_000,
    tickMs: 250,
    maxDue: 500,
    expiryGraceMs: 10_000,
    decidedOnce: (type) => EDGE_COMMANDS.has(type),
    ...options,
  };
}
