/** What is checked of every event as it goes by. @module */
import type { VerifierCrypto } from "./crypto.ts";
import type { Findings } from "./findings.ts";
import { createLogHasher, type LogHasher } from "./hashes.ts";
import type { EventLine } from "./lines_of_export.ts";
import type { Replay } from "./replay/replay.ts";
import type { Hash } from "./tree.ts";

/** An event as an export has it. */
export type ExportedEvent = EventLine & { readonly hash: Hash };

/** What {@link EventChecks} works with. */
export interface EventChecksSettings {
  readonly shard: number;
  /** The first position. */
  readonly from: number;
  readonly crypto: VerifierCrypto;
  readonly findings: Findings;
  readonly replay: Replay;
}

/** Checks events one after the other: position, leaf, time, and their meaning. */
export class EventChecks {
  readonly #settings: EventChecksSettings;
  readonly #hasher: LogHasher;
  #recordedAt = 0;
  /** The position that the next event must have. */
  expected: number;
  /** Events and postings so far, unreadable events included. */
  events = 0;
  /** See {@link events}. */
  postings = 0;

  /** Before the first event. */
  constructor(settings: EventChecksSettings) {
    this.#settings = settings;
    this.#hasher = createLogHasher(settings.crypto);
    this.expected = settings.from;
  }

  /** Counts a line that is no event. */
  skip(): void {
    this.events++;
    this.expected++;
  }

  /** Checks an event that stands in `line`, a canonical one, at a place. */
  check(event: ExportedEvent, line: string, at: string): void {
    const { findings, shard, replay } = this.#settings;
    const where = { position: event.position, at };
    this.events++;
    this.postings += event.postings.length;
    findings.checked("positions");
    if (event.position !== this.expected || event.shard !== shard) {
      findings.fail(
        "positions",
        where,
        `position ${event.position} of shard ${event.shard} stands where position ` +
          `${this.expected} of shard ${shard} must be`,
      );
    }
    this.expected = event.position + 1;
    findings.checked("leaf");
    const leaf = this.#hasher.leaf(event, payloadOf(line));
    if (leaf !== event.hash) {
      findings.fail("leaf", where, `its content has the hash ${leaf}, not ${event.hash}`);
    }
    findings.checked("time");
    if (event.recordedAt < this.#recordedAt) {
      findings.fail("time", where, `recorded at ${event.recordedAt}, after ${this.#recordedAt}`);
    }
    this.#recordedAt = event.recordedAt;
    replay.apply(event, at);
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
