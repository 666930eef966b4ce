/** Reading providers' own counts, and making disjoint classes of them. @module */
import {
  INPUT_SIDE,
  OUTPUT_SIDE,
  UNIT_CLASSES,
  type Usage,
  type UsageClass,
} from "../../shared/usage/mod.ts";

const MOST = 1_000_000_000_000;

/** The member at the end of a path of names; undefined where there is none. */
export function memberAt(value: unknown, ...path: readonly string[]): unknown {
  let at = value;
  for (const name of path) {
    if (typeof at !== "object" || at === null) return undefined;
    at = (at as Record<string, unknown>)[name];
  }
  return at;
}

/** A count at the end of a path of names, or null when there is none that can be believed. */
export function countAt(value: unknown, ...path: readonly string[]): number | null {
  const units = memberAt(value, ...path);
  return typeof units === "number" && Number.isSafeInteger(units) && units >= 0 && units <= MOST
    ? units
    : null;
}

/**
 * Takes each part out of a whole, as far as the whole goes; what is left is the class `rest`, which is
 * always said, so that a reported zero is not taken for silence.
 */
export function splitWhole(
  whole: number,
  rest: UsageClass,
  parts: readonly (readonly [UsageClass, number | null])[],
): Usage {
  const usage: Partial<Record<UsageClass, number>> = {};
  let left = whole;
  for (const [usageClass, units] of parts) {
    const part = Math.min(left, units ?? 0);
    if (part > 0) usage[usageClass] = (usage[usageClass] ?? 0) + part;
    left -= part;
  }
  return { ...usage, [rest]: left };
}

/** The classes that have units, of the given ones; for what stands beside a whole. */
export function besides(
  parts: readonly (readonly [UsageClass, number | null])[],
): Usage {
  return Object.fromEntries(parts.filter(([, units]) => units !== null && units > 0));
}

/** The usage, or null when it says nothing at all. */
export function usageOrNull(usage: Usage): Usage | null {
  return Object.keys(usage).length === 0 ? null : usage;
}

/**
 * What is known after one more cumulative report of a stream. A side that the newer report knows
 * replaces that side as a whole, so that its classes stay disjoint. A side that it does not know, or
 * that it takes back to nothing, stays as it was; units that are not tokens never shrink.
 */
export function laterReport(before: Usage | null, newer: Usage | null): Usage | null {
  if (before === null || newer === null) return newer ?? before;
  const units = UNIT_CLASSES.flatMap((each) => {
    const most = Math.max(before[each] ?? -1, newer[each] ?? -1);
    return most < 0 ? [] : [[each, most]];
  });
  return {
    ...laterSide(before, newer, INPUT_SIDE),
    ...laterSide(before, newer, OUTPUT_SIDE),
    ...Object.fromEntries(units),
  };
}

function laterSide(before: Usage, newer: Usage, side: readonly UsageClass[]): Usage {
  const units = (usage: Usage) => side.reduce((sum, each) => sum + (usage[each] ?? 0), 0);
  const said = side.some((each) => newer[each] !== undefined);
  const from = said && (units(newer) > 0 || units(before) === 0) ? newer : before;
  return Object.fromEntries(
    side.flatMap((each) => from[each] === undefined ? [] : [[each, from[each]]]),
  );
}
