/** What a verifier is told by people, and how much it bears. @module */
import type { NamedKey } from "./checkpoint.ts";
import type { VerifierCrypto } from "./crypto.ts";

/** What the verifier believes because people told it, and what it computes with. */
export interface Trust {
  readonly crypto: VerifierCrypto;
  /** Keys that are the ledger's; without one, the first key of the log is shown and not believed. */
  readonly keys?: readonly NamedKey[];
}

/** What {@link verifyExport} may be told. */
export interface VerifyOptions extends Trust {
  /** Checkpoints that were kept outside of the ledger's database, as whole signed notes. */
  readonly checkpoints?: readonly string[];
  /** Findings of which the details are kept; 50 when absent. */
  readonly findingsKept?: number;
  /** Findings after which the verification stops; 1,000 when absent. */
  readonly findingsCounted?: number;
}
