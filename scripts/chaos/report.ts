/** What a run came to, as a table and as a verdict. @module */
import type { CallRecord } from "./client.ts";
import type { Verdict } from "./verdict.ts";

/** A finished run. */
export interface ChaosReport {
  readonly seed: number;
  readonly seconds: number;
  readonly calls: number;
  /** Calls whose client saw the answer's end. */
  readonly answered: number;
  /** Those that were the answer to an earlier call under the same idempotency key. */
  readonly replayed: number;
  /** Calls that were refused, or ended with an error, by what the client was told. */
  readonly refused: ReadonlyMap<string, number>;
  /** Calls whose client went away, or whose connection broke. */
  readonly broken: ReadonlyMap<string, number>;
  /** Faults by kind. */
  readonly faults: ReadonlyMap<string, number>;
  /** Faults that the machine does not allow, with the reason. */
  readonly notTried: readonly string[];
  readonly verdict: Verdict;
  /** Whether all that must be empty is empty. */
  readonly passed: boolean;
}

/** The parts of a verdict that must be empty. */
export const MUST_BE_EMPTY = ["lost", "doubled", "overspent", "unresolved", "wrong"] as const;

/** Counts what the clients saw. */
export function summarize(
  records: readonly CallRecord[],
  verdict: Verdict,
  rest: Pick<ChaosReport, "seed" | "seconds" | "faults" | "notTried">,
): ChaosReport {
  const refused = new Map<string, number>();
  const broken = new Map<string, number>();
  for (const { problem, status } of records) {
    if (problem === null) continue;
    const told = status !== null && !["left", "connection lost", "cut short"].includes(problem);
    const [counts, name] = told ? [refused, `${status} ${problem}`] : [broken, problem];
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  return {
    ...rest,
    calls: records.length,
    answered: records.filter(({ finished, problem }) => finished && problem === null).length,
    replayed: records.filter(({ replayed }) => replayed).length,
    refused,
    broken,
    verdict,
    passed: MUST_BE_EMPTY.every((part) => verdict[part].length === 0),
  };
}

const SHOWN_FINDINGS = 20;

/** The report as a table of two columns, findings below it. */
export function renderReport(report: ChaosReport): string {
  const { verdict } = report;
  const rows: [string, string][] = [
    ["seed", `${report.seed}`],
    ["seconds", report.seconds.toFixed(0)],
    ["calls", `${report.calls}`],
    ["answered", `${report.answered}`],
    ["answered again", `${report.replayed}`],
    ...listed("refused", report.refused),
    ...listed("broken off", report.broken),
    ...listed("faults", report.faults),
    ...report.notTried.map((what): [string, string] => ["not tried", what]),
    ...listed("holds ended by", verdict.endings),
    ["written off", `${verdict.writtenOff.length}`],
    ...MUST_BE_EMPTY.map((part): [string, string] => [part, `${verdict[part].length}`]),
  ];
  const lines = rows.map(([name, value]) => `  ${name.padEnd(16)}${value}`);
  for (const part of MUST_BE_EMPTY) {
    for (const finding of verdict[part].slice(0, SHOWN_FINDINGS)) lines.push(`${part}: ${finding}`);
    const more = verdict[part].length - SHOWN_FINDINGS;
    if (more > 0) lines.push(`${part}: and ${more} more`);
  }
  return lines.join("\n");
}

function listed(name: string, counts: ReadonlyMap<string, number>): [string, string][] {
  const sum = [...counts.values()].reduce((total, count) => total + count, 0);
  return [
    [name, `${sum}`],
    ...[...counts].sort(([, one], [, other]) => other - one)
      .map(([each, count]): [string, string] => ["", `${`${count}`.padStart(6)}  ${each}`]),
  ];
}
