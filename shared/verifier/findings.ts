/** What a verification found: counts for every check, details for the first failures. @module */
import { type CheckId, CHECKS } from "./checks.ts";

/** One thing that is not as it must be. */
export interface Finding {
  readonly check: CheckId;
  /** Of the event, or of the frame's first event; null when it is not about one. */
  readonly position: number | null;
  /** The file and line, such as `events-000001.ndjson:12`; null when it is not about one. */
  readonly at: string | null;
  /** A sentence with the value that was wrong. */
  readonly message: string;
}

/** How one check went. */
export interface CheckResult {
  /** From 1, as in docs/audit.md. */
  readonly number: number;
  readonly id: CheckId;
  readonly title: string;
  readonly unit: string;
  readonly checked: number;
  readonly failed: number;
  readonly first: Finding | null;
}

interface Tally {
  checked: number;
  failed: number;
  first: Finding | null;
}

/** Raised when so much is wrong that going on tells nothing new. */
export class TooManyFindings extends Error {
  override readonly name = "TooManyFindings";
}

/** Collects findings; keeps details of the first, and counts the others up to a bound. */
export class Findings {
  readonly #tallies = new Map<CheckId, Tally>();
  readonly #kept: Finding[] = [];
  readonly #limits: { readonly kept: number; readonly counted: number };
  #count = 0;

  /** Keeps the details of `kept` findings and stops with TooManyFindings after `counted`. */
  constructor(limits: { readonly kept: number; readonly counted: number }) {
    this.#limits = limits;
    for (const { id } of CHECKS) this.#tallies.set(id, { checked: 0, failed: 0, first: null });
  }

  /** Counts `number` things that a check looked at. */
  checked(check: CheckId, number = 1): void {
    this.#tallies.get(check)!.checked += number;
  }

  /** Notes a failure. Throws TooManyFindings at the bound. */
  fail(check: CheckId, where: Pick<Finding, "position" | "at">, message: string): void {
    const { position, at } = where;
    const finding: Finding = { check, position, at, message };
    const tally = this.#tallies.get(check)!;
    tally.failed++;
    tally.first ??= finding;
    this.#count++;
    if (this.#kept.length < this.#limits.kept) this.#kept.push(finding);
    if (this.#count >= this.#limits.counted) throw new TooManyFindings();
  }

  /** Failures so far. */
  get count(): number {
    return this.#count;
  }

  /** The details that were kept, in the order in which they were found. */
  get kept(): readonly Finding[] {
    return this.#kept;
  }

  /** The finding about the earliest event, or else the first. */
  get first(): Finding | null {
    let first: Finding | null = null;
    for (const finding of this.#kept) {
      if (finding.position === null) continue;
      if (first === null || finding.position < first.position!) first = finding;
    }
    return first ?? this.#kept[0] ?? null;
  }

  /** How each check went, in the order of their numbers. */
  results(): CheckResult[] {
    return CHECKS.map(({ id, title, unit }, index) => ({
      number: index + 1,
      id,
      title,
      unit,
      ...this.#tallies.get(id)!,
    }));
  }
}
