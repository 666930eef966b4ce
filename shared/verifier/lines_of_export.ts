/** The lines of an export as values: every member there, nothing else, each of its kind. @module */
import type { Json, JsonMembers } from "./canonical.ts";
import { isHex } from "./encoding.ts";
import type { Hash } from "./tree.ts";

/** One leg of an event's double entry, as a receipt has it. */
export interface Leg {
  readonly account: string;
  readonly currency: string;
  readonly amount: string;
}

/** A leg as an export has it. */
export interface PostingLine extends Leg {
  readonly balanceAfter: string;
}

/** An event as a receipt has it. */
export interface ReceiptEvent {
  readonly shard: number;
  readonly position: number;
  readonly stream: string;
  readonly version: number;
  readonly type: string;
  readonly schemaVersion: number;
  readonly eventId: string;
  readonly requestId: string | null;
  readonly actor: string;
  readonly occurredAt: number;
  readonly recordedAt: number;
  readonly payload: JsonMembers;
  readonly postings: readonly Leg[];
}

/** An event as an export has it, without its hash. */
export interface EventLine extends ReceiptEvent {
  readonly postings: readonly PostingLine[];
}

/** A frame as a receipt has it, with its root and hash. */
export interface FrameLine {
  readonly index: number;
  readonly firstPosition: number;
  readonly count: number;
  readonly previousHash: Hash;
  readonly epoch: number;
  readonly recordedAt: number;
  readonly merkleRoot: Hash;
  readonly hash: Hash;
}

/** A balance line. */
export interface BalanceLine {
  readonly account: string;
  readonly balance: string;
  readonly currency: string;
}

/** A checkpoint line. */
export interface CheckpointLine {
  readonly note: string;
  readonly position: number;
}

/** What a member must be. */
export type Kind = (value: Json | undefined) => boolean;

const amountText = /^(0|-?[1-9][0-9]{0,37})$/;
const eventIdText = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** A whole number from 0 on. */
export const count: Kind = (value) => Number.isSafeInteger(value) && (value as number) >= 0;
/** A whole number from 1 on. */
export const ordinal: Kind = (value) => Number.isSafeInteger(value) && (value as number) >= 1;
/** Any text. */
export const text: Kind = (value) => typeof value === "string";
/** A decimal amount of at most 38 digits. */
export const amount: Kind = (value) => typeof value === "string" && amountText.test(value);
/** A SHA-256 hash. */
export const hash: Kind = (value) => isHex(value, 32);
const members: Kind = (value) => isMembers(value);

/** Whether a value is an object. */
export function isMembers(value: Json | undefined): value is JsonMembers {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

const legShape = { account: text, amount, currency: text };
const postingShape = { ...legShape, balanceAfter: amount };

const receiptEventShape: Readonly<Record<keyof ReceiptEvent, Kind>> = {
  actor: text,
  eventId: (value) => typeof value === "string" && eventIdText.test(value),
  occurredAt: count,
  payload: members,
  position: ordinal,
  postings: listOf(legShape),
  recordedAt: count,
  requestId: (value) => value === null || typeof value === "string",
  schemaVersion: ordinal,
  shard: count,
  stream: text,
  type: text,
  version: ordinal,
};

const exportedEventShape = { ...receiptEventShape, hash, postings: listOf(postingShape) };

/** A list of values that each have exactly these members. */
export function listOf(shape: Readonly<Record<string, Kind>>): Kind {
  return (value) => Array.isArray(value) && value.every((one) => misshapen(one, shape) === null);
}

const frameHeaderShape: Readonly<Record<Exclude<keyof FrameLine, "merkleRoot" | "hash">, Kind>> = {
  count: ordinal,
  epoch: count,
  firstPosition: ordinal,
  index: count,
  previousHash: hash,
  recordedAt: count,
};

const frameShape = { ...frameHeaderShape, hash, merkleRoot: hash };
const balanceShape = { account: text, balance: amount, currency: text };
const checkpointShape = { note: text, position: ordinal };

/** A shape in the order of canonical JSON. */
interface OrderedShape {
  readonly names: readonly string[];
  readonly kinds: readonly Kind[];
}

const ordered = new WeakMap<Readonly<Record<string, Kind>>, OrderedShape>();

function orderedShape(shape: Readonly<Record<string, Kind>>): OrderedShape {
  let found = ordered.get(shape);
  if (found === undefined) {
    const names = Object.keys(shape).sort();
    ordered.set(shape, found = { names, kinds: names.map((name) => shape[name]!) });
  }
  return found;
}

/** What is wrong with a value that should have exactly these members; null when nothing is. */
export function misshapen(
  value: Json | undefined,
  shape: Readonly<Record<string, Kind>>,
): string | null {
  if (!isMembers(value)) return "it is not an object";
  const { names, kinds } = orderedShape(shape);
  let found = 0;
  for (const name in value) {
    // Members in order, as canonical JSON has them, need no search.
    const at = names[found] === name ? found : names.indexOf(name);
    if (at < 0) return `it has a member ${JSON.stringify(name)} that does not belong there`;
    if (!kinds[at]!(value[name])) {
      return `its ${name} is ${JSON.stringify(value[name])?.slice(0, 80)}, which cannot be`;
    }
    found++;
  }
  if (found === names.length) return null;
  return `it has no ${names.find((name) => !Object.hasOwn(value, name))}`;
}

/** The shape of each kind of line and of a receipt's parts. */
export const SHAPES = {
  /** A line of `events-…`. */
  event: exportedEventShape,
  /** `event` of a receipt. */
  receiptEvent: receiptEventShape,
  /** A line of `frames-…`. */
  frame: frameShape,
  /** `frame` of a receipt. */
  receiptFrame: frameHeaderShape,
  /** A line of `balances` or `opening`. */
  balance: balanceShape,
  /** A line of `checkpoints-…`. */
  checkpoint: checkpointShape,
} as const;
