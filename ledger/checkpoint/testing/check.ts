/**
 * Checks of receipts and consistency proofs, written from docs/ledger-format.md and RFC 6962 alone:
 * nothing of the ledger's own code is in here, so that a mistake of it can't hide itself.
 *
 * @module
 */
import { Buffer } from "node:buffer";
import { createHash, createPublicKey, verify } from "node:crypto";

// deno-lint-ignore no-explicit-any
type Json = any;

/** What a note says, once its signature by the public key (base64) was found good. Throws otherwise. */
export function openNote(note: string, publicKey: string) {
  const end = note.indexOf("\n\n") + 1;
  const text = note.slice(0, end);
  const [origin, frames, root, position, frame] = text.split("\n");
  const line = note.slice(end + 1).split("\n").find((one) => one.startsWith(`— ${origin} `));
  const bytes = Buffer.from(line!.split(" ")[2]!, "base64");
  const raw = Buffer.from(publicKey, "base64");
  const hash = sha(Buffer.concat([Buffer.from(`${origin}\n\x01`), raw])).subarray(0, 4);
  const key = createPublicKey({
    key: { kty: "OKP", crv: "Ed25519", x: raw.toString("base64url") },
    format: "jwk",
  });
  if (
    !hash.equals(bytes.subarray(0, 4)) || !verify(null, Buffer.from(text), key, bytes.subarray(4))
  ) {
    throw new Error(`not signed by ${publicKey}: ${note}`);
  }
  return {
    origin: origin!,
    frames: BigInt(frames!),
    root: Buffer.from(root!, "base64"),
    position: BigInt(position!.slice("position ".length)),
    frame: frame!.slice("frame ".length),
  };
}

/** Whether a `sargalay.receipt.v1` proves its event in the log of its checkpoint. */
export function checkReceipt(receipt: Json, publicKey: string): boolean {
  const { event, frame } = receipt;
  const checkpoint = openNote(receipt.checkpoint, publicKey);
  const leaf = hashOf(0, [
    "sargalay.event.v1",
    event.shard,
    event.position,
    event.stream,
    event.version,
    event.type,
    event.schemaVersion,
    event.eventId,
    event.requestId,
    event.actor,
    event.occurredAt,
    event.recordedAt,
    canonical(event.payload),
    event.postings.length,
    ...event.postings.flatMap(({ account, currency, amount }: Json) => [account, currency, amount]),
  ]);
  const root = fold(leaf, {
    index: BigInt(event.position - frame.firstPosition),
    size: BigInt(frame.count),
    path: receipt.eventPath,
  });
  const frameHash = hashOf(2, [
    "sargalay.frame.v1",
    event.shard,
    frame.firstPosition,
    frame.count,
    Buffer.from(frame.previousHash, "hex"),
    root,
    frame.epoch,
    frame.recordedAt,
  ]);
  const top = fold(frameHash, {
    index: BigInt(frame.index),
    size: checkpoint.frames,
    path: receipt.framePath,
  });
  return top.equals(checkpoint.root) && BigInt(event.position) <= checkpoint.position;
}

/** Whether a `sargalay.consistency.v1` holds; both notes must be signed by one of the keys. */
export function checkConsistency(proof: Json, publicKeys: { from: string; to: string }): boolean {
  const from = openNote(proof.from, publicKeys.from);
  const to = openNote(proof.to, publicKeys.to);
  const path: Buffer[] = proof.path.map((one: string) => Buffer.from(one, "hex"));
  if (from.frames === to.frames) return path.length === 0 && from.root.equals(to.root);
  let [older, size] = [from.frames, to.frames];
  // Back from the whole tree: each step takes one hash off the end of the path.
  const steps: ("left" | "right")[] = [];
  while (older !== size) {
    let half = 1n;
    while (half * 2n < size) half *= 2n;
    if (older <= half) [size, steps[steps.length]] = [half, "right"];
    else [older, size, steps[steps.length]] = [older - half, size - half, "left"];
  }
  const whole = !steps.includes("left");
  const seed = whole ? from.root : path.shift()!;
  let [oldRoot, newRoot] = [seed, seed];
  for (const side of steps.toReversed()) {
    const sibling = path.shift();
    if (sibling === undefined) return false;
    if (side === "left") oldRoot = node(sibling, oldRoot);
    newRoot = side === "left" ? node(sibling, newRoot) : node(newRoot, sibling);
  }
  return path.length === 0 && oldRoot.equals(from.root) && newRoot.equals(to.root);
}

function fold(
  leaf: Buffer,
  { index, size, path }: { index: bigint; size: bigint; path: readonly string[] },
): Buffer {
  const hashes = path.map((one) => Buffer.from(one, "hex"));
  const inner = (at: bigint, count: bigint): Buffer => {
    if (count === 1n) return leaf;
    let half = 1n;
    while (half * 2n < count) half *= 2n;
    const sibling = hashes.pop()!;
    return at < half
      ? node(inner(at, half), sibling)
      : node(sibling, inner(at - half, count - half));
  };
  const root = inner(index, size);
  if (hashes.length > 0) throw new Error("the path is too long");
  return root;
}

function node(left: Buffer, right: Buffer): Buffer {
  return sha(Buffer.concat([Buffer.from([1]), left, right]));
}

function hashOf(tag: number, fields: readonly (string | number | Buffer | null)[]): Buffer {
  const parts = fields.flatMap((field) => {
    const length = Buffer.alloc(4);
    if (field === null) return [Buffer.from("ffffffff", "hex")];
    const bytes = typeof field === "object" ? field : Buffer.from(String(field), "utf8");
    length.writeUInt32BE(bytes.length);
    return [length, bytes];
  });
  return sha(Buffer.concat([Buffer.from([tag]), ...parts]));
}

function canonical(value: Json): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  if (value === null || typeof value !== "object") return JSON.stringify(value);
  const members = Object.keys(value).sort().map((name) =>
    `${JSON.stringify(name)}:${canonical(value[name])}`
  );
  return `{${members.join(",")}}`;
}

function sha(bytes: Uint8Array): Buffer {
  return createHash("sha256").update(bytes).digest();
}
