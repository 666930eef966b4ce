/** From Ollama's counts to disjoint classes. @module */
import type { Usage } from "../../../shared/usage/mod.ts";
import { countAt, usageOrNull } from "../counts.ts";

/**
 * Translates the last line of an answer. A prompt that Ollama still had in memory may go unreported:
 * its side is absent then, which is not zero. Null when neither side is reported.
 */
export function usageOf(answer: unknown): Usage | null {
  const input = countAt(answer, "prompt_eval_count");
  const output = countAt(answer, "eval_count");
  return usageOrNull({
    ...(input === null ? {} : { input }),
    ...(output === null ? {} : { output }),
  });
}

const COUNTS = [
  "prompt_eval_count",
  "eval_count",
  "total_duration",
  "load_duration",
  "prompt_eval_duration",
  "eval_duration",
];

/** The members of an answer that are its report; null when it has none. */
export function reportIn(answer: object): Record<string, number> | null {
  const report = Object.fromEntries(
    COUNTS.flatMap((name) => {
      const value = countAt(answer, name);
      return value === null ? [] : [[name, value]];
    }),
  );
  return Object.keys(report).length === 0 ? null : report;
}
