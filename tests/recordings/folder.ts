/** Folders of recordings for tests. @module */
import { readRecordings, type Recording } from "./mod.ts";

/** The packed recordings whose ids end so, in that order. Throws when there is none. */
export function recordingsOf(endings: readonly string[]): Recording[] {
  const all = readRecordings();
  return endings.map((ending) => {
    const found = all.find(({ id }) => id.endsWith(ending));
    if (found === undefined) throw new Error(`no recording ends in ${ending}`);
    return found;
  });
}

/** Writes files below a new temporary folder, by path; the caller removes it. */
export async function writeFolder(files: Readonly<Record<string, unknown>>): Promise<string> {
  const folder = await Deno.makeTempDir({ prefix: "sargalay-recordings-test-" });
  for (const [path, content] of Object.entries(files)) {
    const file = `${folder}/${path}`;
    await Deno.mkdir(file.slice(0, file.lastIndexOf("/")), { recursive: true });
    await Deno.writeTextFile(file, typeof content === "string" ? content : JSON.stringify(content));
  }
  return folder;
}
