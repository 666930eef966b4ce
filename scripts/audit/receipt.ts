/**
 * `deno task audit receipt FILE [--key NAME:BASE64|FILE]… [--json]`: verifies receipts and
 * consistency proofs offline. FILE holds one of them, or an answer of `GET /v1/receipts/…` with its
 * `proofs`. Needs permission to read files and no other.
 *
 * @module
 */
import {
  type ConsistencyReport,
  type ProofReport,
  type ReceiptReport,
  verifyConsistency,
  verifyReceipt,
} from "../../shared/verifier/mod.ts";
import { readArguments } from "./arguments.ts";
import { nodeCrypto } from "./node_crypto.ts";
import { UNTOLD } from "./report_text.ts";
import { readKeys } from "./told.ts";

/**
 * Runs the command; 0 when everything is proved, 1 when something is not, 3 when everything fits and
 * no key was told.
 */
export async function run(args: readonly string[]): Promise<number> {
  const given = readArguments(args, { options: ["--key"], flags: ["--json"] });
  const [file, ...rest] = given.plain;
  if (file === undefined || rest.length > 0) throw new Error("receipt takes one file");
  const keys = (await Promise.all(given.values("--key").map(readKeys))).flat();
  const trust = { crypto: nodeCrypto, keys };
  const reports: (ReceiptReport | ConsistencyReport)[] = [];
  for (const proof of proofsIn(await Deno.readTextFile(file))) {
    const verify = proof.includes('"sargalay.consistency.v1"') ? verifyConsistency : verifyReceipt;
    reports.push(await verify(proof, trust));
  }
  if (reports.length === 0) throw new Error(`${file} holds no proof yet`);
  console.log(given.has("--json") ? JSON.stringify(reports) : textOf(reports, keys.length > 0));
  if (reports.every(({ ok }) => ok)) return 0;
  return isUntold(reports, keys.length > 0) ? 3 : 1;
}

/** Whether all that proofs lack is a key that was told. */
function isUntold(reports: readonly ProofReport[], told: boolean): boolean {
  return !told && reports.every(({ fits }) => fits);
}

function textOf(reports: readonly (ReceiptReport | ConsistencyReport)[], told: boolean): string {
  return [...reports.map(text), ...(isUntold(reports, told) ? [UNTOLD] : [])].join("\n");
}

/** The proofs in a text, each as JSON; a text that is not JSON is taken for one, and refused later. */
function proofsIn(text: string): string[] {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return [text];
  }
  if (typeof value !== "object" || value === null || !("proofs" in value)) return [text];
  return Array.isArray(value.proofs) ? value.proofs.map((proof) => JSON.stringify(proof)) : [];
}

function text(report: ReceiptReport | ConsistencyReport): string {
  const lines = [report.ok ? "PROVED" : "NOT PROVED"];
  if ("event" in report && report.event !== null) {
    const { type, position, shard, recordedAt } = report.event;
    const at = new Date(recordedAt).toISOString();
    lines.push(`  ${type} at position ${position} of shard ${shard}, recorded ${at}`);
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
