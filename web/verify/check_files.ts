/** Checks whatever was dropped: an export, receipts, consistency proofs. @module */
import {
  type ExportSource,
  type NamedKey,
  namedKeyOf,
  type VerifierCrypto,
  verifyConsistency,
  verifyExport,
  type VerifyProgress,
  verifyReceipt,
} from "../../shared/verifier/mod.ts";
import type { NamedFile, VerifyOutcome, VerifyTask } from "./messages.ts";

/** Receipts and proofs are small; a larger file is none. */
const MAX_PROOF_BYTES = 4 * 1024 * 1024;
const MANIFEST = "manifest.json";

/**
 * Checks all files. With a `manifest.json` among them those that belong to it are one export, and
 * notes beside it are checkpoints that were kept elsewhere. Throws Error for keys that are none.
 */
export async function checkFiles(
  { files, keys: keyText }: VerifyTask,
  crypto: VerifierCrypto,
  onProgress: (progress: VerifyProgress) => void,
): Promise<readonly VerifyOutcome[]> {
  const trust = { crypto, keys: readKeys(keyText) };
  const isNote = ({ name }: NamedFile) => /\.(txt|note|checkpoint)$/.test(name);
  if (files.some(({ name }) => name === MANIFEST)) {
    const notes = await Promise.all(files.filter(isNote).map(({ file }) => textOf(file)));
    const parts = files.filter((file) => !isNote(file));
    const options = { ...trust, checkpoints: notes };
    const report = await verifyExport(sourceOf(parts), options, onProgress);
    return [{ kind: "export", name: report.origin ?? MANIFEST, report }];
  }
  const outcomes: VerifyOutcome[] = [];
  for (const file of files) outcomes.push(...await checkProofs(file, trust));
  return outcomes;
}

type ProofTrust = { readonly crypto: VerifierCrypto; readonly keys: readonly NamedKey[] };

/** A file holds one receipt or proof, or what the API answers: an object with `proofs`. */
async function checkProofs(
  { name, file }: NamedFile,
  trust: ProofTrust,
): Promise<readonly VerifyOutcome[]> {
  if (file.size > MAX_PROOF_BYTES) return [{ kind: "unknown", name, reason: "too_large" }];
  const texts = proofsIn(await textOf(file));
  if (texts === null) return [{ kind: "unknown", name, reason: "not_json" }];
  if (texts.length === 0) return [{ kind: "unknown", name, reason: "no_proof" }];
  return await Promise.all(texts.map(async ({ format, text }): Promise<VerifyOutcome> => {
    switch (format) {
      case "sargalay.receipt.v1":
        return { kind: "receipt", name, report: await verifyReceipt(text, trust) };
      case "sargalay.consistency.v1":
        return { kind: "consistency", name, report: await verifyConsistency(text, trust) };
      default:
        return { kind: "unknown", name, reason: "no_proof" };
    }
  }));
}

/** The proofs in a text, each with what it says it is; null when the text is not JSON. */
function proofsIn(text: string): { format: unknown; text: string }[] | null {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return null;
  }
  if (!isObject(value)) return [];
  const found = Array.isArray(value.proofs) ? value.proofs.filter(isObject) : [value];
  return found.map((proof) => ({ format: proof.format, text: JSON.stringify(proof) }));
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The keys in a text, `NAME:BASE64` a line. Throws Error naming the line that is none. */
export function readKeys(text: string): NamedKey[] {
  const lines = text.split("\n").map((line) => line.trim()).filter((line) => line !== "");
  return lines.map((line) => {
    const key = namedKeyOf(line);
    if (key === null) throw new Error(`${line} is not a name, a colon and 32 bytes in base64`);
    return key;
  });
}

function sourceOf(files: readonly NamedFile[]): ExportSource {
  const byName = new Map(files.map(({ name, file }) => [name, file]));
  return {
    names: () => Promise.resolve([...byName.keys()]),
    async *open(name) {
      const file = byName.get(name);
      if (file === undefined) throw new Error(`there is no file ${name}`);
      const reader = file.stream().getReader();
      try {
        for (let piece = await reader.read(); !piece.done; piece = await reader.read()) {
          yield piece.value;
        }
      } finally {
        reader.releaseLock();
      }
    },
  };
}

async function textOf(file: Blob): Promise<string> {
  return await file.text();
}
