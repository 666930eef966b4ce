/**
 * Packs a folder of recordings into `tests/recordings/data`, one file for each API:
 * `deno run --allow-read --allow-write scripts/recordings/pack.ts FOLDER`.
 *
 * @module
 */
import { packed, type Recording } from "../../tests/recordings/mod.ts";
import { readRecording, recordingPaths } from "./folder.ts";

const data = new URL("../../tests/recordings/data/", import.meta.url);

if (import.meta.main) {
  const [folder] = Deno.args;
  if (folder === undefined) {
    console.error("pack: name the folder of recordings");
    Deno.exit(2);
  }
  const byApi = new Map<string, Recording[]>();
  for (const path of await recordingPaths(folder)) {
    const recording = await readRecording(path);
    const of = byApi.get(recording.api);
    if (of === undefined) byApi.set(recording.api, [recording]);
    else of.push(recording);
  }
  for (const [api, recordings] of byApi) {
    await Deno.writeFile(new URL(`${api}.ndjson.gz`, data), packed(recordings));
    console.log(`${recordings.length.toString().padStart(6)}  ${api}`);
  }
}
