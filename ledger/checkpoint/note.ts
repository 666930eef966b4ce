/** Checkpoints as signed notes: the text of docs/ledger-format.md, written and read. @module */
import { Buffer } from "node:buffer";
import { type Hash, isSignedBy, keyHashOf, type SigningKey } from "../integrity/mod.ts";

/** What a checkpoint says of a log. */
export interface Checkpoint {
  /** `<log name>/shard-<shard>`, which is also the name of its key. */
  readonly origin: string;
  /** How many frames it covers; at least 1. */
  readonly frames: number;
  /** The root of the tree of those frames. */
  readonly root: Hash;
  /** Of the last event. */
  readonly position: bigint;
  /** The hash of the last frame. */
  readonly frameHash: Hash;
  /** When the last frame was recorded, epoch milliseconds. */
  readonly recordedAtMs: number;
}

/** A public key by the name under which it signs. */
export interface NamedKey {
  readonly keyName: string;
  /** The 32 bytes, base64 with padding. */
  readonly publicKey: string;
}

/** A note that was read: what it says, and a way to ask who signed it. */
export interface ReadNote {
  readonly checkpoint: Checkpoint;
  isSignedBy(key: NamedKey): boolean;
}

/** The origin of a shard's log, and the name of the key that signs it. */
export function originOf(logName: string, shard: number): string {
  return `${logName}/shard-${shard}`;
}

/** The text that is signed, its last newline included. */
export function checkpointText(checkpoint: Checkpoint): string {
  const { origin, frames, root, position, frameHash, recordedAtMs } = checkpoint;
  return [
    origin,
    `${frames}`,
    Buffer.from(root).toString("base64"),
    `position ${position}`,
    `frame ${frameHash.toHex()}`,
    `time ${recordedAtMs}`,
    "",
  ].join("\n");
}

/** The whole signed note. */
export function signCheckpoint(checkpoint: Checkpoint, key: SigningKey): string {
  const text = checkpointText(checkpoint);
  const hash = Buffer.from(keyHashOf(checkpoint.origin, key.publicKey), "hex");
  const signature = Buffer.concat([hash, key.sign(text)]).toString("base64");
  return `${text}\n— ${checkpoint.origin} ${signature}\n`;
}

const NOTE =
  /^([^\n]+)\n([1-9]\d{0,15})\n([A-Za-z0-9+/]{43}=)\nposition ([1-9]\d{0,18})\nframe ([0-9a-f]{64})\ntime (\d{1,16})\n((?:[^\n]+\n)*)\n((?:[^\n]+\n)+)$/;
const SIGNATURE = /^— (\S+) ([A-Za-z0-9+/]+={0,2})$/;
const LONGEST_NOTE = 16_384;

/** Reads a note; null when it is none. Lines that this version does not know are passed over. */
export function readNote(note: string): ReadNote | null {
  if (note.length > LONGEST_NOTE) return null;
  const match = NOTE.exec(note);
  if (match === null) return null;
  const [, origin, frames, root, position, frame, time, , signatures] = match;
  const text = note.slice(0, note.length - signatures!.length - 1);
  return {
    checkpoint: {
      origin: origin!,
      frames: parseInt(frames!, 10),
      root: new Uint8Array(Buffer.from(root!, "base64")),
      position: BigInt(position!),
      frameHash: Uint8Array.fromHex(frame!),
      recordedAtMs: parseInt(time!, 10),
    },
    isSignedBy({ keyName, publicKey }) {
      const hash = keyHashOf(keyName, publicKey);
      return signatures!.split("\n").some((line) => {
        const [, name, encoded] = SIGNATURE.exec(line) ?? [];
        if (name !== keyName || encoded === undefined) return false;
        const bytes = Buffer.from(encoded, "base64");
        return bytes.subarray(0, 4).toString("hex") === hash &&
          isSignedBy(publicKey, text, bytes.subarray(4));
      });
    },
  };
}
