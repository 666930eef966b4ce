/** What the page and its worker tell each other. @module */
import type { ConsistencyReport, ExportReport, ReceiptReport } from "../../shared/verifier/mod.ts";

/** The files to check, and what the person believes. */
export interface VerifyTask {
  readonly files: readonly NamedFile[];
  /** `NAME:BASE64` a line. */
  readonly keys: string;
}

/** A file with its name in the folder that was given. */
export interface NamedFile {
  readonly name: string;
  readonly file: Blob;
}

/** What checking one thing found. */
export type VerifyOutcome =
  | { readonly kind: "export"; readonly name: string; readonly report: ExportReport }
  | { readonly kind: "receipt"; readonly name: string; readonly report: ReceiptReport }
  | { readonly kind: "consistency"; readonly name: string; readonly report: ConsistencyReport }
  /** It is none of these, or it could not be read. */
  | { readonly kind: "unknown"; readonly name: string; readonly reason: string };

/** What the worker says while it works, and at the end. */
export type VerifyNews =
  | { readonly kind: "progress"; readonly events: number; readonly ofEvents: number }
  | { readonly kind: "done"; readonly outcomes: readonly VerifyOutcome[] }
  | { readonly kind: "failed"; readonly message: string };
