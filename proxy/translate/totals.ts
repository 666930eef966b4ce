/** The wholes that providers report, from disjoint classes. @module */
import type { Usage, UsageClass } from "../../shared/usage/mod.ts";

const INPUT: readonly UsageClass[] = [
  "input",
  "cached_input",
  "cache_write_5m",
  "cache_write_1h",
  "audio_input",
  "image_input",
];
const OUTPUT: readonly UsageClass[] = ["output", "reasoning", "audio_output", "image_output"];

/** All input tokens; null when the input was not reported, which is not zero. */
export function inputTotal(usage: Usage | null): number | null {
  return total(usage, INPUT);
}

/** All output tokens; null when the output was not reported. */
export function outputTotal(usage: Usage | null): number | null {
  return total(usage, OUTPUT);
}

function total(usage: Usage | null, side: readonly UsageClass[]): number | null {
  const known = side.map((each) => usage?.[each]).filter((units) => units !== undefined);
  return known.length === 0 ? null : known.reduce((sum, units) => sum + units, 0);
}
