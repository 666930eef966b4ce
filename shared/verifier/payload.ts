/** The members of payloads: what they must be, and their values. @module */
import type { Json, JsonMembers } from "./canonical.ts";
import { isMembers, type Kind } from "./lines_of_export.ts";

/** The largest amount: 2^63 − 1. */
const LARGEST = 2n ** 63n - 1n;

const plainAmount = /^(0|[1-9][0-9]{0,18})$/;
const signedAmount = /^(0|-?[1-9][0-9]{0,18})$/;

/** An amount of at least 0 that fits 63 bits, as decimal text. */
export const unsigned: Kind = (value) =>
  typeof value === "string" && plainAmount.test(value) &&
  (value.length < 19 || BigInt(value) <= LARGEST);

/** An amount of either sign that fits 63 bits, as decimal text. */
export const signed: Kind = (value) =>
  typeof value === "string" && signedAmount.test(value) &&
  (value.length < 19 || (BigInt(value) <= LARGEST && BigInt(value) >= -LARGEST));

/** Null or what `kind` is. */
export function nullable(kind: Kind): Kind {
  return (value) => value === null || kind(value);
}

/** Absent or what `kind` is. */
export function optional(kind: Kind): Kind {
  return (value) => value === undefined || kind(value);
}

/** A list of what `kind` is. */
export function listOfKind(kind: Kind): Kind {
  return (value) => Array.isArray(value) && value.every((one) => kind(one));
}

/** One of some texts. */
export function oneOf(...texts: readonly string[]): Kind {
  return (value) => typeof value === "string" && texts.includes(value);
}

/** An object whose members are of the named kinds; others may stand beside them. */
export function withMembers(shape: Readonly<Record<string, Kind>>): Kind {
  const entries = Object.entries(shape);
  return (value) => isMembers(value) && entries.every(([name, kind]) => kind(value[name]));
}

/** An object whose members have names out of a list and values of a kind. */
export function mapOf(names: ReadonlySet<string>, kind: Kind): Kind {
  return (value) => {
    if (!isMembers(value)) return false;
    for (const name in value) if (!names.has(name) || !kind(value[name])) return false;
    return true;
  };
}

/** The text of a member whose kind was checked. */
export function textOf(payload: JsonMembers, name: string): string {
  return payload[name] as string;
}

/** The whole number of a member whose kind was checked. */
export function integerOf(payload: JsonMembers, name: string): number {
  return payload[name] as number;
}

/** The amount of a member whose kind was checked. */
export function amountOf(payload: JsonMembers, name: string): bigint {
  return BigInt(payload[name] as string);
}

/** The object of a member whose kind was checked. */
export function membersOf(payload: JsonMembers, name: string): JsonMembers {
  return payload[name] as JsonMembers;
}

/** What a value looks like in a message. */
export function shown(value: Json | undefined): string {
  return JSON.stringify(value)?.slice(0, 80) ?? "nothing";
}
