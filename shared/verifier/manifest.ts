/** The manifest of an export. @module */
import type { Json } from "./canonical.ts";
import { readCanonical } from "./canonical.ts";
import {
  count,
  hash,
  isMembers,
  type Kind,
  listOf,
  misshapen,
  ordinal,
  text,
} from "./lines_of_export.ts";
import type { Hash } from "./tree.ts";

/** A file as the manifest names it. */
export interface ManifestFile {
  readonly name: string;
  readonly bytes: number;
  readonly lines: number;
  readonly sha256: Hash;
}

/** The payload of a SigningKeySet event. */
export interface SigningKey {
  readonly keyName: string;
  readonly keyHash: string;
  /** Base64 of 32 bytes. */
  readonly publicKey: string;
  readonly endorsement: string | null;
}

/** What the manifest says. */
export interface Manifest {
  readonly format: string;
  readonly origin: string;
  readonly shard: number;
  readonly from: number;
  readonly to: number;
  readonly frames: { readonly first: number; readonly count: number };
  readonly head: Hash;
  readonly previousHash: Hash;
  /** When `from` is not 1, the first is that in force before, or null when none was. */
  readonly keys: readonly (SigningKey | null)[];
  readonly compactRange: readonly Hash[];
  readonly files: readonly ManifestFile[];
}

/** The members of a SigningKeySet event's payload. */
export const signingKeyShape: Readonly<Record<keyof SigningKey, Kind>> = {
  endorsement: (value) => value === null || typeof value === "string",
  keyHash: (value) => typeof value === "string" && /^[0-9a-f]{8}$/.test(value),
  keyName: text,
  publicKey: text,
};

const fileShape = { bytes: count, lines: count, name: text, sha256: hash };
const framesShape = { count: ordinal, first: count };

const manifestShape: Readonly<Record<keyof Manifest, Kind>> = {
  compactRange: (value) => Array.isArray(value) && value.every(hash),
  files: listOf(fileShape),
  format: (value) => value === "sargalay.export.v1",
  frames: (value) => misshapen(value, framesShape) === null,
  from: ordinal,
  head: hash,
  keys: (value) => Array.isArray(value) && value.every(isKeyAt),
  origin: text,
  previousHash: hash,
  shard: count,
  to: ordinal,
};

function isKeyAt(value: Json, index: number): boolean {
  return (index === 0 && value === null) || misshapen(value, signingKeyShape) === null;
}

/** The name of the manifest's file. */
export const MANIFEST = "manifest.json";

const numbered = /^(events|frames|checkpoints)-([0-9]{6})\.ndjson$/;

/**
 * Reads the one line of the manifest. Throws NotCanonicalError when it is not canonical JSON; returns
 * a sentence when it is no manifest.
 */
export function readManifest(line: string): Manifest | string {
  const value: Json = readCanonical(line);
  const problem = misshapen(value, manifestShape);
  if (problem !== null) return `the manifest is not one: ${problem}`;
  const manifest = value as unknown as Manifest;
  if (manifest.from > manifest.to) return "the manifest's from is beyond its to";
  if (!manifest.origin.endsWith(`/shard-${manifest.shard}`)) {
    return `the manifest's origin ${manifest.origin} is not that of shard ${manifest.shard}`;
  }
  return filesProblem(manifest) ?? manifest;
}

function filesProblem({ files, from }: Manifest): string | null {
  const names = files.map(({ name }) => name);
  const sorted = names.every((name, index) => index === 0 || names[index - 1]! < name);
  if (!sorted) return "the manifest's files are not sorted by name, each once";
  const expected = new Set(["balances.ndjson", ...(from > 1 ? ["opening.ndjson"] : [])]);
  for (const kind of ["events", "frames", "checkpoints"]) {
    const count = names.filter((name) => numbered.exec(name)?.[1] === kind).length;
    for (let number = 1; number <= Math.max(count, 1); number++) {
      expected.add(numberedFile(kind, number));
    }
  }
  const missing = [...expected].find((name) => !names.includes(name));
  if (missing !== undefined) return `the manifest does not name ${missing}`;
  const unknown = names.find((name) => !expected.has(name));
  return unknown === undefined ? null : `the manifest names ${unknown}, which has no place there`;
}

/** The name of the n-th file of a kind, from 1. */
export function numberedFile(kind: string, number: number): string {
  return `${kind}-${`${number}`.padStart(6, "0")}.ndjson`;
}

/** The names of the files of a kind, in order. */
export function filesOf(manifest: Manifest, kind: string): string[] {
  return manifest.files.map(({ name }) => name).filter((name) => name.startsWith(`${kind}-`));
}

/** Whether a value of the log is the same as one of the manifest, member by member. */
export function sameKey(one: SigningKey, other: SigningKey): boolean {
  return isMembers(one as unknown as Json) && one.keyName === other.keyName &&
    one.keyHash === other.keyHash && one.publicKey === other.publicKey &&
    one.endorsement === other.endorsement;
}
