/** A report for people. @module */
import type { CheckResult, ExportReport, Finding } from "../../shared/verifier/mod.ts";

const trusted = {
  told: "as you told",
  endorsed: "endorsed by the key before it",
  not_told: "NOT KNOWN to be the ledger's: no key was told",
  refused: "REFUSED",
} as const;

/** The verdict on what is consistent in itself and vouched for by nobody that the auditor named. */
export const UNTOLD = "CONSISTENT, NOT AUTHENTICATED: no key was told";

/** The report as lines of text. */
export function reportText(report: ExportReport, seconds: number): string {
  const { events, frames, checkpoints, postings, from, to } = report;
  const rate = Math.round(events / Math.max(seconds, 0.001));
  return [
    `log           ${report.origin ?? "unknown: the manifest could not be read"}`,
    `positions     ${from ?? "?"} to ${to ?? "?"}`,
    `read          ${grouped(events)} events, ${grouped(postings)} postings, ${
      grouped(frames)
    } frames, ${grouped(checkpoints)} checkpoints`,
    `manifest      sha256 ${report.manifestSha256 ?? "unknown"}`,
    `last frame    ${report.head ?? "none"}`,
    `tree root     ${report.root ?? "none"}`,
    "",
    "signing keys",
    ...report.keys.flatMap((key) => [
      `  ${key.name} ${key.keyHash}, in force from ${
        key.position === null ? "before the export" : `position ${key.position}`
      }: ${trusted[key.trust]}`,
      `    public key  ${key.publicKey}`,
      `    fingerprint ${key.fingerprint}`,
    ]),
    ...(report.keys.length === 0 ? ["  none"] : []),
    "",
    "checks",
    ...report.checks.map(checkLine),
    "",
    ...findingLines(report),
    "not shown by this verification",
    ...report.notChecked.map((sentence) => `  - ${sentence}`),
    "",
    `read in ${seconds.toFixed(1)} s, ${grouped(rate)} events/s`,
    verdictOf(report),
  ].join("\n");
}

function verdictOf({ ok, authenticated }: ExportReport): string {
  if (!ok) return "NOT VERIFIED";
  return authenticated ? "VERIFIED" : UNTOLD;
}

function checkLine({ number, title, unit, checked, failed }: CheckResult): string {
  const verdict = failed > 0 ? "FAILED" : checked === 0 ? "  none" : "    ok";
  const count = failed > 0
    ? `${grouped(failed)} failures in ${grouped(checked)} ${unit}`
    : `${grouped(checked)} ${unit}`;
  return `  ${`${number}`.padStart(2)} ${verdict}  ${title}: ${count}`;
}

function findingLines(report: ExportReport): string[] {
  const { findings, findingCount, stopped } = report;
  const first = firstOf(report);
  if (first === null) return [];
  const more = findingCount - findings.length;
  return [
    `first failure  ${findingText(report, first)}`,
    "",
    `all findings (${stopped ? "stopped after " : ""}${findingCount})`,
    ...findings.map((finding) => `  ${findingText(report, finding)}`),
    ...(more > 0 ? [`  and ${more} more`] : []),
    "",
  ];
}

/** A file that is missing comes before the events that fail for want of it. */
function firstOf({ findings, first }: ExportReport): Finding | null {
  const [earliest] = findings;
  return earliest?.check === "files" ? earliest : first;
}

function findingText({ checks }: ExportReport, { check, position, at, message }: Finding): string {
  const number = checks.find(({ id }) => id === check)?.number ?? 0;
  const where = position === null ? "" : `event ${position}`;
  const place = at === null || at === "" ? "" : where === "" ? at : ` (${at})`;
  return `[${number} ${check}] ${where}${place}: ${message}`;
}

function grouped(count: number): string {
  return `${count}`.replace(/\B(?=(\d{3})+$)/g, ",");
}
