/**
 * `deno task audit receipt FILE [--key NAME:BASE64|FILE]… [--json]`: verifies receipts and
 * consistency proofs offline. FILE holds one of them, or an answer of `GET /v1/receipts/…` with its
 * `proofs`; the answer's own members are then compared with what is proved. Needs permission to read
 * files and no other.
 *
 * @module
 */
import {
  type ConsistencyReport,
  type ProofReport,
  type ReceiptEvent,
  type ReceiptReport,
  verifyConsistency,
  verifyReceipt,
} from "../../shared/verifier/mod.ts";
import { readArguments } from "./arguments.ts";
import { nodeCrypto } from "./node_crypto.ts";
import { type AnswerComparison, compareAnswer } from "./receipts/compare_answer.ts";
import { provedLines } from "./receipts/proved_request.ts";
import { UNTOLD } from "./report_text.ts";
import { readKeys, readText } from "./told.ts";

const NEWER_KEY = "the ledger may have a newer key: GET /checkpoints/0/keys " +
  "(tell a file with its answer as another --key)";

/**
 * Runs the command; 0 when everything is proved, 1 when something is not, 3 when everything fits and
 * no key was told.
 */
export async function run(args: readonly string[]): Promise<number> {
  const given = readArguments(args, { options: ["--key"], flags: ["--json"] });
  const [file, ...rest] = given.plain;
  if (file === undefined || rest.length > 0) throw new Error("receipt takes one file");
  const { keys, notes } = await readKeys(given.values("--key"));
  for (const note of notes) console.error(note);
  const trust = { crypto: nodeCrypto, keys };
  const reports: (ReceiptReport | ConsistencyReport)[] = [];
  const { answer, proofs } = contentOf(await readText(file));
  for (const proof of proofs) {
    const verify = proof.includes('"sargalay.consistency.v1"') ? verifyConsistency : verifyReceipt;
    reports.push(await verify(proof, trust));
  }
  if (reports.length === 0) throw new Error(`${file} holds no proof yet`);
  const comparison = answer === null ? null : compareAnswer(answer, eventsOf(reports));
  const told = keys.length > 0;
  console.log(
    given.has("--json")
      ? JSON.stringify(comparison === null ? reports : { proofs: reports, ...comparison })
      : textOf(reports, comparison, told),
  );
  if (comparison !== null && comparison.differences.length > 0) return 1;
  if (reports.every(({ ok }) => ok)) return 0;
  return isUntold(reports, told) ? 3 : 1;
}

function eventsOf(reports: readonly (ReceiptReport | ConsistencyReport)[]): ReceiptEvent[] {
  return reports.flatMap((report) =>
    "event" in report && report.event !== null ? [report.event] : []
  );
}

/** Whether all that proofs lack is a key that was told. */
function isUntold(reports: readonly ProofReport[], told: boolean): boolean {
  return !told && reports.every(({ fits }) => fits);
}

function textOf(
  reports: readonly (ReceiptReport | ConsistencyReport)[],
  comparison: AnswerComparison | null,
  told: boolean,
): string {
  const differs = comparison !== null && comparison.differences.length > 0;
  return [
    ...reports.map(text),
    ...(comparison === null ? [] : comparisonLines(comparison)),
    ...(isUntold(reports, told) && !differs ? [UNTOLD] : []),
    ...(told && reports.some(({ ok, fits }) => fits && !ok) ? [NEWER_KEY] : []),
  ].join("\n");
}

function comparisonLines({ differences, unproved }: AnswerComparison): string[] {
  return [
    ...(differences.length === 0
      ? ["the answer's own members say what its proofs say"]
      : ["NOT PROVED: the answer says something else than its proofs"]),
    ...differences.map((difference) => `  ${difference}`),
    ...(unproved.length === 0 ? [] : [`  without a proof: ${unproved.join(", ")}`]),
  ];
}

/** What a file holds. */
interface Content {
  /** The answer that the proofs came with; null for a proof by itself. */
  readonly answer: Readonly<Record<string, unknown>> | null;
  /** Each as JSON. */
  readonly proofs: readonly string[];
}

/** The proofs in a text; a text that is not JSON is taken for one, and refused later. */
function contentOf(text: string): Content {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return { answer: null, proofs: [text] };
  }
  if (typeof value !== "object" || value === null || !("proofs" in value)) {
    return { answer: null, proofs: [text] };
  }
  const proofs = Array.isArray(value.proofs) ? value.proofs : [];
  return { answer: { ...value }, proofs: proofs.map((proof) => JSON.stringify(proof)) };
}

function text(report: ReceiptReport | ConsistencyReport): string {
  const lines = [report.ok ? "PROVED" : "NOT PROVED"];
  if ("event" in report && report.event !== null) {
    const { type, position, shard, recordedAt } = report.event;
    const at = new Date(recordedAt).toISOString();
    lines.push(`  ${type} at position ${position} of shard ${shard}, recorded ${at}`);
    lines.push(...provedLines(report.event));
  }
  if ("from" in report && report.from !== null && report.to !== null) {
    lines.push(`  from position ${report.from.position} to position ${report.to.position}`);
  }
  for (const { name, keyHash, fingerprint } of report.signers) {
    lines.push(`  signed by ${name} ${keyHash}, fingerprint ${fingerprint}`);
  }
  lines.push(...report.problems.map((problem) => `  ${problem}`));
  return lines.join("\n");
}
