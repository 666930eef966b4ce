/** Verifying an export in a directory. @module */
import {
  type ExportReport,
  verifyExport,
  type VerifyOptions,
  type VerifyProgress,
} from "../../shared/verifier/mod.ts";
import { directorySource } from "./directory_source.ts";
import { nodeCrypto } from "./node_crypto.ts";

/** Verifies the export in a directory with the platform's primitives; reads files and no more. */
export function verifyDirectory(
  directory: string,
  options: Omit<VerifyOptions, "crypto">,
  onProgress?: (progress: VerifyProgress) => void,
): Promise<ExportReport> {
  return verifyExport(directorySource(directory), { ...options, crypto: nodeCrypto }, onProgress);
}
