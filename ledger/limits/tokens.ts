/** How many tokens a call counts as. @module */
import {
  UNIT_CLASSES,
  type Usage,
  USAGE_CLASSES,
  type UsageClass,
} from "../../shared/usage/mod.ts";

const UNITS: ReadonlySet<UsageClass> = new Set(UNIT_CLASSES);
const TOKEN_CLASSES = USAGE_CLASSES.filter((one) => !UNITS.has(one));

/** All tokens of a usage, in and out, cached ones included; other units do not count. */
export function tokensOf(usage: Usage): number {
  return TOKEN_CLASSES.reduce((sum, one) => sum + (usage[one] ?? 0), 0);
}
