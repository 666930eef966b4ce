/** Reads the recorded exchanges beside this file. @module */
import { gunzipSync, gzipSync } from "node:zlib";
import type { Recording } from "./recording.ts";

/** Which recordings are wanted; what is absent is not asked for. */
export interface RecordingFilter {
  readonly api?: string | readonly string[];
  readonly provider?: string;
  readonly streaming?: boolean;
}

const folder = new URL("./data/", import.meta.url);
const ENDING = ".ndjson.gz";

/** Every API that there are recordings of, sorted. */
export function recordedApis(): string[] {
  return [...Deno.readDirSync(folder)]
    .filter(({ name }) => name.endsWith(ENDING))
    .map(({ name }) => name.slice(0, -ENDING.length))
    .sort();
}

/**
 * The recordings that a filter lets through, by API and then by id.
 *
 * @throws {Deno.errors.NotFound} for an API without recordings
 */
export function readRecordings(filter: RecordingFilter = {}): Recording[] {
  const apis = filter.api === undefined ? recordedApis() : [filter.api].flat();
  return apis.flatMap((api) => unpacked(Deno.readFileSync(new URL(api + ENDING, folder))))
    .filter(({ provider, streaming }) =>
      (filter.provider === undefined || filter.provider === provider) &&
      (filter.streaming === undefined || filter.streaming === streaming)
    );
}

/** The recordings of one packed file. */
export function unpacked(bytes: Uint8Array): Recording[] {
  const text = new TextDecoder().decode(gunzipSync(bytes));
  return text.split("\n").filter((line) => line !== "").map((line) => JSON.parse(line));
}

/** One packed file: the same recordings always make the same bytes. */
export function packed(recordings: readonly Recording[]): Uint8Array {
  const lines = [...recordings].sort((a, b) => a.id < b.id ? -1 : 1)
    .map((each) => JSON.stringify(each) + "\n");
  return gzipSync(lines.join(""), { level: 9 });
}
