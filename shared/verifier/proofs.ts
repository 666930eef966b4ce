/** Receipts and consistency proofs: one event, or two checkpoints, without the log. @module */
import { canonicalText, type Json, NotCanonicalError } from "./canonical.ts";
import {
  type Checkpoint,
  fingerprintOf,
  isSignedBy,
  keyHashOf,
  readCheckpoint,
} from "./checkpoint.ts";
import { createLogHasher } from "./hashes.ts";
import {
  type FrameLine,
  hash,
  misshapen,
  type ReceiptEvent,
  SHAPES,
  text,
} from "./lines_of_export.ts";
import { isConsistent, nodeHasher, rootOfInclusion } from "./tree.ts";
import type { Trust } from "./trust.ts";

/** Who signed a checkpoint, of the keys that were told. */
export interface Signer {
  readonly name: string;
  readonly keyHash: string;
  readonly fingerprint: string;
}

/** What checking a proof found. */
export interface ProofReport {
  /** Whether the proof holds and told keys have signed what it leads to. */
  readonly ok: boolean;
  /** Whether the hashes lead where the checkpoints say, whoever signed those. */
  readonly fits: boolean;
  /** Everything that is wrong, a sentence each. */
  readonly problems: readonly string[];
  /** The told keys that signed; one for a receipt, two for a consistency proof. */
  readonly signers: readonly Signer[];
}

/** What checking a receipt found. */
export interface ReceiptReport extends ProofReport {
  /** The event that the receipt is of; null when it has none that can be read. */
  readonly event: ReceiptEvent | null;
  readonly checkpoint: Checkpoint | null;
}

/** What checking a consistency proof found. */
export interface ConsistencyReport extends ProofReport {
  readonly from: Checkpoint | null;
  readonly to: Checkpoint | null;
}

const hashes = (value: Json | undefined) =>
  Array.isArray(value) && value.length <= 128 && value.every(hash);

const receiptShape = {
  checkpoint: text,
  event: (value: Json | undefined) => misshapen(value, SHAPES.receiptEvent) === null,
  eventPath: hashes,
  format: (value: Json | undefined) => value === "sargalay.receipt.v1",
  frame: (value: Json | undefined) => misshapen(value, SHAPES.receiptFrame) === null,
  framePath: hashes,
};

const consistencyShape = {
  format: (value: Json | undefined) => value === "sargalay.consistency.v1",
  from: text,
  path: hashes,
  to: text,
};

/**
 * Checks that the event of a receipt is in the log of its checkpoint, and that a told key has signed
 * that. Never rejects for what the text holds.
 */
export async function verifyReceipt(json: string, trust: Trust): Promise<ReceiptReport> {
  const value = parse(json);
  const problem = misshapen(value, receiptShape);
  if (problem !== null) return refused(`this is no receipt: ${problem}`, noReceipt);
  const receipt = value as unknown as {
    readonly checkpoint: string;
    readonly event: ReceiptEvent;
    readonly eventPath: string[];
    readonly frame: Omit<FrameLine, "merkleRoot" | "hash">;
    readonly framePath: string[];
  };
  const { event } = receipt;
  const checkpoint = readCheckpoint(receipt.checkpoint);
  if (typeof checkpoint === "string") return refused(checkpoint, { ...noReceipt, event });
  const problems = receiptProblems(receipt, checkpoint, trust);
  const fits = problems.length === 0;
  const signers = await signersOf(checkpoint, trust, problems);
  return { ok: problems.length === 0, fits, problems, signers, event, checkpoint };
}

/**
 * Checks that the log of one checkpoint is the beginning of that of another, and that told keys have
 * signed both. Never rejects for what the text holds.
 */
export async function verifyConsistency(json: string, trust: Trust): Promise<ConsistencyReport> {
  const value = parse(json);
  const problem = misshapen(value, consistencyShape);
  if (problem !== null) return refused(`this is no consistency proof: ${problem}`, noConsistency);
  const proof = value as unknown as { readonly from: string; to: string; path: string[] };
  const [from, to] = [readCheckpoint(proof.from), readCheckpoint(proof.to)];
  if (typeof from === "string") return refused(`from: ${from}`, noConsistency);
  if (typeof to === "string") return refused(`to: ${to}`, { ...noConsistency, from });
  const holds = isConsistent({
    fromSize: from.size,
    fromRoot: from.root,
    toSize: to.size,
    toRoot: to.root,
    path: proof.path,
  }, nodeHasher(trust.crypto));
  const problems: string[] = [];
  if (from.origin !== to.origin) problems.push(`${from.origin} and ${to.origin} are two logs`);
  if (!holds) {
    problems.push(`the log of ${to.size} frames does not begin with that of ${from.size} frames`);
  } else if (
    from.position > to.position || (from.size < to.size && from.position === to.position)
  ) {
    problems.push(`position ${to.position} does not come after position ${from.position}`);
  }
  const fits = problems.length === 0;
  const signers = [
    ...await signersOf(from, trust, problems),
    ...await signersOf(to, trust, problems),
  ];
  return { ok: problems.length === 0, fits, problems, signers, from, to };
}

const noReceipt = { event: null, checkpoint: null };
const noConsistency = { from: null, to: null };

function refused<More>(problem: string, more: More): ProofReport & More {
  return { ok: false, fits: false, problems: [problem], signers: [], ...more };
}

function parse(json: string): Json | undefined {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}

function receiptProblems(
  { event, frame, eventPath, framePath }: {
    readonly event: ReceiptEvent;
    readonly frame: Omit<FrameLine, "merkleRoot" | "hash">;
    readonly eventPath: readonly string[];
    readonly framePath: readonly string[];
  },
  checkpoint: Checkpoint,
  { crypto }: Trust,
): string[] {
  const [hasher, hashNode] = [createLogHasher(crypto), nodeHasher(crypto)];
  if (!checkpoint.origin.endsWith(`/shard-${event.shard}`)) {
    return [`the checkpoint of ${checkpoint.origin} is not of shard ${event.shard}`];
  }
  let payloadJson: string;
  try {
    payloadJson = canonicalText(event.payload);
  } catch (error) {
    if (!(error instanceof NotCanonicalError)) throw error;
    return [`the event's payload has no canonical JSON: ${error.message}`];
  }
  const merkleRoot = rootOfInclusion({
    leaf: hasher.leaf(event, payloadJson),
    index: event.position - frame.firstPosition,
    size: frame.count,
    path: eventPath,
  }, hashNode);
  if (merkleRoot === null) {
    return [`the event at position ${event.position} has no such place in its frame`];
  }
  const root = rootOfInclusion({
    leaf: hasher.frame(event.shard, { ...frame, merkleRoot }),
    index: frame.index,
    size: checkpoint.size,
    path: framePath,
  }, hashNode);
  if (root === null) return [`frame ${frame.index} has no such place among ${checkpoint.size}`];
  return root === checkpoint.root
    ? []
    : ["the event, its frame and the paths do not lead to the checkpoint's root"];
}

/** The told keys that signed a checkpoint; adds a problem when there is none. */
async function signersOf(
  checkpoint: Checkpoint,
  { crypto, keys = [] }: Trust,
  problems: string[],
): Promise<Signer[]> {
  for (const key of keys) {
    if (!await isSignedBy(checkpoint, key, crypto)) continue;
    const fingerprint = fingerprintOf(key.publicKey, crypto);
    return [{ name: key.name, keyHash: keyHashOf(key, crypto), fingerprint }];
  }
  const hashes = checkpoint.signatures.map(({ name, keyHash }) => `${name} ${keyHash}`).join(", ");
  problems.push(
    keys.length === 0
      ? `no key was told: the checkpoint names ${hashes} as its signer, which cannot be checked`
      : `no told key has signed the checkpoint at position ${checkpoint.position} (${hashes})`,
  );
  return [];
}
