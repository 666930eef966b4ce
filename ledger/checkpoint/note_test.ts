import { describe, expect, it } from "vitest";
import { endorsementText, isSignedBy, keyHashOf, signingKeyOf } from "../integrity/mod.ts";
import { CHECKPOINT_VECTOR, PATH_VECTOR } from "../integrity/vectors.ts";
import { type Checkpoint, readNote, signCheckpoint } from "./note.ts";

const { origin, publicKey, note, position, recordedAtMs } = CHECKPOINT_VECTOR;
const key = signingKeyOf(Uint8Array.fromHex(CHECKPOINT_VECTOR.seedHex));
const named = { keyName: origin, publicKey };
const checkpoint: Checkpoint = {
  origin,
  frames: 7,
  root: Uint8Array.fromHex(PATH_VECTOR.root),
  position,
  frameHash: new Uint8Array(32).fill(0x77),
  recordedAtMs,
};

describe("a signed note", () => {
  it("is byte for byte what docs/ledger-format.md gives", () => {
    expect(key.publicKey).toBe(publicKey);
    expect(keyHashOf(origin, publicKey)).toBe(CHECKPOINT_VECTOR.keyHash);
    expect(signCheckpoint(checkpoint, key)).toBe(note);
  });

  it("says what was signed, and by whom", () => {
    const read = readNote(note)!;
    expect(read.checkpoint).toEqual(checkpoint);
    expect(read.isSignedBy(named)).toBe(true);
    const other = { keyName: origin, publicKey: CHECKPOINT_VECTOR.nextPublicKey };
    expect(read.isSignedBy(other)).toBe(false);
    expect(read.isSignedBy({ ...named, keyName: "another/log" })).toBe(false);
    expect(read.isSignedBy({ ...named, publicKey: "nonsense" })).toBe(false);
  });

  it("keeps its signature beside those of others, and lines that nobody knows yet", () => {
    const witnessed = readNote(`${note}— witness.example AAAAAAAA\nsomething else\n`)!;
    expect(witnessed.checkpoint).toEqual(checkpoint);
    expect(witnessed.isSignedBy(named)).toBe(true);
  });

  it("is not signed any more when any of its text differs", () => {
    const changes: [string, string][] = [
      ["\n7\n", "\n8\n"],
      ["position 42", "position 43"],
      ["frame 77", "frame 78"],
      ["time 17", "time 18"],
      ["shard-0\n7", "shard-1\n7"],
      ["OLfn", "OLfm"],
    ];
    for (const [from, to] of changes) {
      const changed = note.replace(from, to);
      expect(changed).not.toBe(note);
      expect(readNote(changed)!.isSignedBy(named)).toBe(false);
    }
  });

  it.each([
    ["nothing", ""],
    ["no signature", note.slice(0, note.indexOf("\n\n") + 1)],
    ["no last newline", note.slice(0, -1)],
    ["no frames", note.replace("\n7\n", "\n0\n")],
    ["a leading zero", note.replace("\n7\n", "\n07\n")],
    ["a short root", note.replace("OLfn", "")],
    ["far too much", note + "x\n".repeat(10_000)],
  ])("with %s is none", (_, text) => {
    expect(readNote(text)).toBe(null);
  });
});

describe("an endorsement", () => {
  it("is the signature that docs/ledger-format.md gives", () => {
    const { nextPublicKey, nextKeyHash, endorsement } = CHECKPOINT_VECTOR;
    expect(keyHashOf(origin, nextPublicKey)).toBe(nextKeyHash);
    const signature = Uint8Array.fromBase64(endorsement);
    expect(isSignedBy(publicKey, endorsementText(origin, nextPublicKey), signature)).toBe(true);
    expect(isSignedBy(publicKey, endorsementText("other/log", nextPublicKey), signature)).toBe(
      false,
    );
    expect(isSignedBy(nextPublicKey, endorsementText(origin, nextPublicKey), signature)).toBe(
      false,
    );
  });
});
