/** Verifying exports, receipts and proofs in the browser. @module */
export type { NamedFile, VerifyNews, VerifyOutcome, VerifyTask } from "./messages.ts";
export { type OutcomeTexts, OutcomeView } from "./outcome_view.tsx";
export { startVerifier } from "./start.ts";
export { checkFiles } from "./check_files.ts";
