/**
 * The independent verifier: checks exports, receipts and consistency proofs from what
 * docs/ledger-format.md says alone. It imports nothing from outside of this folder, touches no disk,
 * network, clock or database, and is given its SHA-256 and Ed25519.
 *
 * @module
 */
export type { RunningSha256, VerifierCrypto } from "./crypto.ts";
export type { ExportSource } from "./lines.ts";
export type { Trust, VerifyOptions } from "./trust.ts";
export type { ExportReport, VerifyProgress } from "./report.ts";
export type { CheckResult, Finding } from "./findings.ts";
export { type Check, type CheckId, CHECKS } from "./checks.ts";
export { type KeyInForce, type KeyTrust, SigningKeys } from "./signing_keys.ts";
export {
  type Checkpoint,
  fingerprintOf,
  keyHashOf,
  type NamedKey,
  namedKeyOf,
  readCheckpoint,
} from "./checkpoint.ts";
export { fromBase64 } from "./encoding.ts";
export { verifyExport } from "./export.ts";
export {
  type ConsistencyReport,
  type ProofReport,
  type ReceiptReport,
  type Signer,
  verifyConsistency,
  verifyReceipt,
} from "./proofs.ts";
export type { ReceiptEvent } from "./lines_of_export.ts";
