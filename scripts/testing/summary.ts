/**
 * What a finished `deno test` amounts to.
 *
 * @module
 */

/** How many tests passed and failed. */
export interface Tally {
  readonly passed: number;
  readonly failed: number;
}

/** The words that `deno test` ends with, such as `FAILED | 6 passed | 1 failed | 2 ignored (9ms)`. */
const summaryLine = /^(?:ok|FAILED) \| (\d+) passed.*? \| (\d+) failed(?:.*? \| (\d+) ignored)?/gm;

/**
 * Counts from the uncoloured output of one `deno test`, whose exit was `success` or not. A test that
 * was left out counts as failed; so does a run that failed without saying in which test.
 */
export function tally(output: string, success: boolean): Tally {
  const last = [...output.matchAll(summaryLine)].at(-1);
  if (last === undefined) return { passed: 0, failed: 1 };
  const [, passed = "0", failed = "0", ignored = "0"] = last;
  const counted = Number(failed) + Number(ignored);
  return { passed: Number(passed), failed: success ? counted : Math.max(1, counted) };
}
