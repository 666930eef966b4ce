/** Reading the manifest out of an export. @module */
import type { VerifierCrypto } from "./crypto.ts";
import { type Findings, TooManyFindings } from "./findings.ts";
import { type ExportSource, LineReader } from "./lines.ts";
import { MANIFEST, type Manifest, readManifest } from "./manifest.ts";

/** What was found of a manifest. */
export interface OpenedManifest {
  /** Null when there is none that can be used; that is a finding already. */
  readonly manifest: Manifest | null;
  /** Of all its bytes; null when it could not be read. */
  readonly sha256: string | null;
  /** Files of the export that it does not name, sorted. */
  readonly otherFiles: readonly string[];
}

/** Reads the manifest; whatever is wrong with it is a finding. */
export async function openManifest(
  source: ExportSource,
  crypto: VerifierCrypto,
  findings: Findings,
): Promise<OpenedManifest> {
  const fail = (message: string) =>
    findings.fail("manifest", { position: null, at: MANIFEST }, message);
  findings.checked("manifest");
  let sha256: string | null = null;
  try {
    const names = await source.names();
    const reader = new LineReader(source, MANIFEST, crypto);
    const line = await reader.fill() ? reader.take()! : "";
    const more = await reader.fill();
    sha256 = reader.facts().sha256;
    const manifest = more ? "the manifest has more than one line" : readManifest(line);
    if (typeof manifest === "string") {
      fail(manifest);
      return { manifest: null, sha256, otherFiles: [] };
    }
    const known = new Set([MANIFEST, ...manifest.files.map(({ name }) => name)]);
    return { manifest, sha256, otherFiles: names.filter((name) => !known.has(name)).sort() };
  } catch (error) {
    if (error instanceof TooManyFindings) throw error;
    fail(`the manifest cannot be read: ${error instanceof Error ? error.message : String(error)}`);
    return { manifest: null, sha256, otherFiles: [] };
  }
}
