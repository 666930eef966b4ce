/** Checkpoints: signed notes over the tree of frames. @module */
import type { VerifierCrypto } from "./crypto.ts";
import { fromBase64, isHex, toHex, utf8 } from "./encoding.ts";
import type { Hash } from "./tree.ts";

/** What a checkpoint says. */
export interface Checkpoint {
  readonly origin: string;
  /** Frames in the tree. */
  readonly size: number;
  readonly root: Hash;
  /** Of the last event. */
  readonly position: number;
  /** Hash of the last frame. */
  readonly frame: Hash;
  /** When the last frame was recorded, epoch milliseconds. */
  readonly time: number;
  /** The signed text, its last newline included. */
  readonly text: string;
  readonly signatures: readonly NoteSignature[];
}

/** One signature line of a note. */
export interface NoteSignature {
  readonly name: string;
  /** 8 digits of lower-case hexadecimal. */
  readonly keyHash: string;
  /** Without the key hash. */
  readonly signature: Uint8Array;
}

/** A public key under a name. */
export interface NamedKey {
  readonly name: string;
  /** 32 bytes. */
  readonly publicKey: Uint8Array;
}

/** The key that `NAME:BASE64` names; null when it is no name with 32 bytes. */
export function namedKeyOf(text: string): NamedKey | null {
  const colon = text.lastIndexOf(":");
  const publicKey = fromBase64(text.slice(colon + 1));
  return colon > 0 && publicKey?.length === 32 ? { name: text.slice(0, colon), publicKey } : null;
}

const integer = /^(0|[1-9][0-9]{0,15})$/;

/** Reads a checkpoint, or says in words why it is none. */
export function readCheckpoint(note: string): Checkpoint | string {
  const end = note.lastIndexOf("\n\n");
  if (end < 0) return "the note has no empty line before its signatures";
  const text = note.slice(0, end + 1);
  const signatures = readSignatures(note.slice(end + 2));
  if (typeof signatures === "string") return signatures;
  const lines = text.slice(0, -1).split("\n");
  // Further lines are signed with the others and say nothing that this version knows.
  if (lines.length < 6) return `the note has ${lines.length} lines of text, not 6`;
  const [origin, size, root, position, frame, time] = lines as [
    string,
    string,
    string,
    string,
    string,
    string,
  ];
  const rootBytes = fromBase64(root);
  const numbers = [size, after("position ", position), after("time ", time)];
  if (!numbers.every((digits) => integer.test(digits) && Number.isSafeInteger(+digits))) {
    return "the note's numbers are not whole decimal numbers in their places";
  }
  if (rootBytes?.length !== 32) return "the note's root is not 32 bytes in base64";
  if (!isHex(after("frame ", frame), 32)) return "the note's frame is not a hash in hexadecimal";
  if (origin === "") return "the note has no origin";
  return {
    origin,
    size: +size,
    root: toHex(rootBytes),
    position: +numbers[1]!,
    frame: after("frame ", frame),
    time: +numbers[2]!,
    text,
    signatures,
  };
}

function after(label: string, line: string): string {
  return line.startsWith(label) ? line.slice(label.length) : "";
}

function readSignatures(text: string): NoteSignature[] | string {
  if (!text.endsWith("\n")) return "the note's last signature line has no newline";
  const signatures: NoteSignature[] = [];
  for (const line of text.slice(0, -1).split("\n")) {
    const [dash, name, encoded, ...rest] = line.split(" ");
    if (dash !== "—" || !name || encoded === undefined || rest.length > 0) {
      return `the note has a signature line of another form: ${JSON.stringify(line.slice(0, 80))}`;
    }
    const bytes = fromBase64(encoded);
    if (bytes === null || bytes.length < 5) return "a signature of the note is not base64";
    signatures.push({
      name,
      keyHash: toHex(bytes.subarray(0, 4)),
      signature: bytes.subarray(4),
    });
  }
  return signatures;
}

/** The first four bytes of SHA-256(name ‖ 0x0A ‖ 0x01 ‖ public key), in hexadecimal. */
export function keyHashOf({ name, publicKey }: NamedKey, crypto: VerifierCrypto): string {
  const prefix = utf8(`${name}\n`);
  const bytes = new Uint8Array(prefix.length + 1 + publicKey.length);
  bytes.set(prefix);
  bytes[prefix.length] = 0x01;
  bytes.set(publicKey, prefix.length + 1);
  return crypto.sha256Hex(bytes).slice(0, 8);
}

/** How people compare a key: the SHA-256 of its 32 bytes, in groups of four digits. */
export function fingerprintOf(publicKey: Uint8Array, crypto: VerifierCrypto): string {
  return crypto.sha256Hex(publicKey).replace(/(.{4})(?=.)/g, "$1 ");
}

/** Whether a key has signed a checkpoint whose origin is the key's name. */
export async function isSignedBy(
  checkpoint: Checkpoint,
  key: NamedKey,
  crypto: VerifierCrypto,
): Promise<boolean> {
  if (checkpoint.origin !== key.name) return false;
  const keyHash = keyHashOf(key, crypto);
  for (const line of checkpoint.signatures) {
    if (line.name !== key.name || line.keyHash !== keyHash || line.signature.length !== 64) {
      continue;
    }
    if (await crypto.ed25519Verify(key.publicKey, utf8(checkpoint.text), line.signature)) {
      return true;
    }
  }
  return false;
}
