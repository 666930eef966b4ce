/** The sum of a replay: counts that grow line by line, so that no line needs to be kept. @module */
import type { ReplayLine } from "./line.ts";
import type { VerdictName } from "./verdict.ts";

/** What a replay came to. */
export interface Summary {
  readonly recordings: number;
  readonly verdicts: Readonly<Partial<Record<VerdictName, number>>>;
  /** Recordings by the class, or the side, that was metered otherwise. */
  readonly mismatchedByClass: Readonly<Record<string, number>>;
  /** Requests that a provider answered and that were refused here, by code. */
  readonly refusedByCode: Readonly<Record<string, number>>;
  /** Requests that were refused here and that the provider had refused as well, by code. */
  readonly refusedLikeTheProvider: Readonly<Record<string, number>>;
  readonly errorsByClass: Readonly<Record<string, number>>;
  readonly evidence: Readonly<Record<string, number>>;
  /** Calls that cost more than was held for them, of those that can be judged. */
  readonly holdViolations: number;
  readonly holdsJudged: number;
  /** Of hold by charge where the request limits its output; null when there was no such call. */
  readonly medianHoldToCharge: number | null;
  readonly holdsWithOutputLimit: number;
  /** Calls at a price that stands in for one that the catalogue does not have. */
  readonly atStandInPrices: number;
  readonly chunks: number;
  readonly seconds: number;
  readonly chunksPerSecond: number;
  /** Whether nothing was mismatched, failed, left open or held too low. */
  readonly passed: boolean;
}

/** Adds lines up. */
export interface SummaryBuilder {
  add(line: ReplayLine): void;
  finish(seconds: number): Summary;
}

/** Starts with nothing. */
export function createSummary(): SummaryBuilder {
  const verdicts: Partial<Record<VerdictName, number>> = {};
  const counts = {
    mismatchedByClass: {} as Record<string, number>,
    refusedByCode: {} as Record<string, number>,
    refusedLikeTheProvider: {} as Record<string, number>,
    errorsByClass: {} as Record<string, number>,
    evidence: {} as Record<string, number>,
  };
  const ratios: number[] = [];
  let [recordings, holdViolations, holdsJudged, atStandInPrices, chunks] = [0, 0, 0, 0, 0];
  const count = (of: Record<string, number>, what: string) => of[what] = (of[what] ?? 0) + 1;
  return {
    add(line) {
      recordings += 1;
      chunks += line.chunks;
      count(verdicts, line.verdict);
      for (const what of new Set(line.mismatches.map(({ what }) => what))) {
        count(counts.mismatchedByClass, what);
      }
      if (line.refused !== null) {
        const { code, param } = line.refused;
        const of = line.recordedStatus >= 400
          ? counts.refusedLikeTheProvider
          : counts.refusedByCode;
        count(of, param === null ? code : `${code} (${param})`);
      }
      if (line.errorClass !== null) count(counts.errorsByClass, line.errorClass);
      if (line.evidence !== null) count(counts.evidence, line.evidence);
      if (line.holdCoversCharge !== null) holdsJudged += 1;
      if (line.holdCoversCharge === false) holdViolations += 1;
      if (line.holdToCharge !== null) ratios.push(line.holdToCharge);
      if (line.price === "stand-in") atStandInPrices += 1;
    },
    finish(seconds) {
      const bad = (["mismatched", "error_mismatched", "failed"] as const)
        .reduce((sum, each) => sum + (verdicts[each] ?? 0), 0);
      return {
        recordings,
        verdicts,
        ...counts,
        holdViolations,
        holdsJudged,
        medianHoldToCharge: median(ratios),
        holdsWithOutputLimit: ratios.length,
        atStandInPrices,
        chunks,
        seconds: Math.round(seconds * 10) / 10,
        chunksPerSecond: Math.round(chunks / Math.max(seconds, 0.001)),
        passed: bad === 0 && holdViolations === 0,
      };
    },
  };
}

/** The summary for people. */
export function renderSummary(summary: Summary): string {
  const list = (of: Readonly<Record<string, number>>) =>
    Object.entries(of).sort(([, a], [, b]) => b - a)
      .map(([what, times]) => `${what} ${times}`).join(", ") || "none";
  const { medianHoldToCharge } = summary;
  return [
    `recordings                 ${summary.recordings}`,
    `verdicts                   ${list(summary.verdicts)}`,
    `mismatched by class        ${list(summary.mismatchedByClass)}`,
    `refused by code            ${list(summary.refusedByCode)}`,
    `refused like the provider  ${list(summary.refusedLikeTheProvider)}`,
    `errors by class            ${list(summary.errorsByClass)}`,
    `evidence                   ${list(summary.evidence)}`,
    `holds below the charge     ${summary.holdViolations} of ${summary.holdsJudged} judged`,
    `median hold / charge       ${medianHoldToCharge ?? "none"} of ` +
    `${summary.holdsWithOutputLimit} with an output limit`,
    `at stand-in prices         ${summary.atStandInPrices}`,
    `chunks                     ${summary.chunks} in ${summary.seconds} s, ` +
    `${summary.chunksPerSecond} a second, all parts in one process`,
    summary.passed ? "passed" : "NOT PASSED",
  ].join("\n");
}

function median(values: number[]): number | null {
  if (values.length === 0) return null;
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor((sorted.length - 1) / 2)] ?? null;
}
