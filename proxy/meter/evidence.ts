/** Grading what is known of a call's usage. @module */
import {
  type EvidenceGrade,
  INPUT_SIDE,
  OUTPUT_SIDE,
  type Usage,
  type UsageClass,
} from "../../shared/usage/mod.ts";

/** What was seen of a call. */
export interface Evidence {
  /** The provider's reports, cumulative; null when there was none. A side may be missing in it. */
  readonly reported: Usage | null;
  /** The answer came to its own end, so that its report is the last word. */
  readonly complete: boolean;
  /** Whether the call has output in tokens at all; an embedding has none. */
  readonly hasOutput: boolean;
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
 * A side without a report is not zero: it is the documented estimate, unless the report counts in
 * units of its own (characters, seconds, images, requests) and in no tokens at all. A reading with an
 * estimate in it, or of an answer that broke off, is graded `observed` as a whole.
 */
export function measure(evidence: Evidence): MeterReading {
  const reported = evidence.reported ?? {};
  if (!knows(reported, TOKEN_CLASSES) && knows(reported, UNIT_CLASSES)) {
    return { usage: reported, evidence: evidence.complete ? "reported" : "observed" };
  }
  const input = knows(reported, INPUT_SIDE) ? {} : { input: evidence.inputTokens() };
  const output = evidence.hasOutput ? outputOf(evidence, reported) : {};
  const estimated = "input" in input || "output" in output;
  return {
    usage: { ...reported, ...input, ...output },
    evidence: estimated || !evidence.complete ? "observed" : "reported",
  };
}

const TOKEN_CLASSES = [...INPUT_SIDE, ...OUTPUT_SIDE] as const;
const UNIT_CLASSES = ["characters", "seconds", "images", "requests"] as const;

/** The output that stands in for a report; empty when the report is believed. */
function outputOf(evidence: Evidence, reported: Usage): { readonly output?: number } {
  if (!knows(reported, OUTPUT_SIDE)) return { output: evidence.outputTokens() };
  if (evidence.complete || OUTPUT_SIDE.some((each) => (reported[each] ?? 0) > 0)) return {};
  const counted = evidence.outputTokens();
  return counted === 0 ? {} : { output: counted };
}

function knows(reported: Usage, side: readonly UsageClass[]): boolean {
  return side.some((each) => reported[each] !== undefined);
}
