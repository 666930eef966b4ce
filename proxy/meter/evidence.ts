/** Grading what is known of a call's usage. @module */
import type { EvidenceGrade, Usage, UsageClass } from "../../shared/usage/mod.ts";

/** What was seen of a call. */
export interface Evidence {
  /** The provider's reports, cumulative; null when there was none. A side may be missing in it. */
  readonly reported: Usage | null;
  /** The answer came to its own end, so that its report is the last word. */
  readonly complete: boolean;
  /** Estimated tokens of the input; asked for only when no report knows it. */
  readonly inputTokens: () => number;
  /** Estimated tokens of the output that was seen. */
  readonly outputTokens: () => number;
}

/** Usage with its grade. */
export interface MeterReading {
  readonly usage: Usage;
  readonly evidence: EvidenceGrade;
}

/**
 * The usage to settle on. A report is believed, a reported zero included. One exception: some
 * providers report the input at the start of a stream and the output at its end, so when a stream
 * broke off and its report knows no output although there was some, the output is what was counted.
 * A side without a report is not zero: it is the documented estimate, and a reading with any estimate
 * in it is graded `observed` as a whole.
 */
export function measure(evidence: Evidence): MeterReading {
  const reported = evidence.reported ?? {};
  const input = knows(reported, INPUT_CLASSES) ? {} : { input: evidence.inputTokens() };
  const output = outputOf(evidence, reported);
  const estimated = "input" in input || "output" in output;
  return {
    usage: { ...reported, ...input, ...output },
    evidence: estimated ? "observed" : "reported",
  };
}

const INPUT_CLASSES = [
  "input",
  "cached_input",
  "cache_write_5m",
  "cache_write_1h",
  "audio_input",
  "image_input",
] as const;
const OUTPUT_CLASSES = ["output", "reasoning", "audio_output", "image_output"] as const;

/** The output that stands in for a report; empty when the report is believed. */
function outputOf(evidence: Evidence, reported: Usage): { readonly output?: number } {
  if (!knows(reported, OUTPUT_CLASSES)) return { output: evidence.outputTokens() };
  if (evidence.complete || OUTPUT_CLASSES.some((each) => (reported[each] ?? 0) > 0)) return {};
  const counted = evidence.outputTokens();
  return counted === 0 ? {} : { output: counted };
}

function knows(reported: Usage, side: readonly UsageClass[]): boolean {
  return side.some((each) => reported[each] !== undefined);
}
