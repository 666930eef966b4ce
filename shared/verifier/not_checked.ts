/** What a verification cannot show, in sentences for people. @module */
import type { KeyInForce } from "./signing_keys.ts";

/** What the sentences depend on. */
export interface Unshown {
  readonly from: number;
  readonly to: number;
  readonly keys: readonly KeyInForce[];
  /** Position of the newest checkpoint from outside that agrees; 0 for none. */
  readonly newestOutside: number;
  readonly earlierOutside: readonly string[];
  /** Counts by what lies before the export. */
  readonly unknown: ReadonlyMap<string, number>;
  /** Counts by type of event. */
  readonly withoutRules: ReadonlyMap<string, number>;
  readonly otherFiles: readonly string[];
}

/** The sentences, most important first. */
export function notCheckedOf(unshown: Unshown): string[] {
  const { from, to, keys, newestOutside, earlierOutside, unknown, withoutRules } = unshown;
  const sentences: string[] = [];
  const untold = keys.find(({ trust }) => trust === "not_told");
  if (untold !== undefined) {
    sentences.push(
      `That the first key is the ledger's own: none was told. Compare ${untold.name}, fingerprint ` +
        `${untold.fingerprint}, with what the operator has published.`,
    );
  }
  if (newestOutside === 0) {
    sentences.push(
      `That nothing after position ${to} was cut off, and that nobody was shown another log: no ` +
        "checkpoint that was kept elsewhere was given.",
    );
  } else if (newestOutside < to) {
    sentences.push(
      `That nothing after position ${to} was cut off: the newest checkpoint from outside is at ` +
        `position ${newestOutside}.`,
    );
  }
  sentences.push(...earlierOutside);
  if (from > 1) {
    sentences.push(
      `That the opening balances before position ${from} are right: verify from position 1, or the ` +
        "export before this one.",
    );
  }
  for (const [what, count] of unknown) {
    sentences.push(`${count} ${what}: what they refer to lies before the export.`);
  }
  for (const [name, count] of withoutRules) {
    sentences.push(
      `The meaning of ${count} ${name} events: this verifier has no rules for them. Their hashes ` +
        "were checked.",
    );
  }
  for (const name of unshown.otherFiles) {
    sentences.push(`The file ${name}: the manifest does not name it.`);
  }
  sentences.push(
    "That usage was reported truthfully by the edges and providers, and what the log does not hold: " +
      "refused commands, and whether budgets would have allowed more.",
  );
  return sentences;
}
