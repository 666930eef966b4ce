/** Where in the log the replay is, and how it reports. @module */
import type { CheckId } from "../checks.ts";
import type { Findings } from "../findings.ts";

/** The event that is being replayed. */
export class Place {
  /** Its position. */
  position = 0;
  /** Its file and line. */
  at = "";
  /** When the ledger decided it, epoch milliseconds. */
  recordedAt = 0;
  /** Whether the log is replayed from its first event: then nothing may be unknown. */
  readonly complete: boolean;
  /** What could not be checked because it lies before the export, by what it is. */
  readonly unknown = new Map<string, number>();
  readonly #findings: Findings;

  /** Reports to `findings`. */
  constructor(findings: Findings, complete: boolean) {
    this.#findings = findings;
    this.complete = complete;
  }

  /** Counts one thing that a check looked at; notes a failure when there is a problem. */
  check(check: CheckId, problem: string | null): void {
    this.#findings.checked(check);
    if (problem !== null) this.fail(check, problem);
  }

  /** Notes a failure at this event. */
  fail(check: CheckId, message: string): void {
    this.#findings.fail(check, this, message);
  }

  /** A subject that was never seen: a failure in a whole log, else noted as not checked. */
  missing(check: CheckId, what: string, message: string): void {
    if (this.complete) return this.check(check, message);
    this.unknown.set(what, (this.unknown.get(what) ?? 0) + 1);
  }
}
