/**
 * `deno task audit verify DIR [--key NAME:BASE64|FILE]… [--checkpoint FILE]… [--json]`: verifies an
 * export offline. Needs permission to read files and no other.
 *
 * @module
 */
import { readArguments } from "./arguments.ts";
import { reportText } from "./report_text.ts";
import { readKeys, readNotes } from "./told.ts";
import { verifyDirectory } from "./verify_directory.ts";

/**
 * Runs the command; 0 when everything holds and a told key vouches for it, 1 when something does not
 * hold, 3 when everything is consistent and no key was told.
 */
export async function run(args: readonly string[]): Promise<number> {
  const given = readArguments(args, { options: ["--key", "--checkpoint"], flags: ["--json"] });
  const [directory, ...rest] = given.plain;
  if (directory === undefined || rest.length > 0) throw new Error("verify takes one directory");
  await mustBeDirectory(directory);
  const { keys, notes: aboutKeys } = await readKeys(given.values("--key"));
  const notes = await Promise.all(given.values("--checkpoint").map(readNotes));
  for (const note of aboutKeys) console.error(note);
  const startedMs = performance.now();
  const report = await verifyDirectory(directory, {
    keys,
    checkpoints: notes.flat(),
  });
  const seconds = (performance.now() - startedMs) / 1_000;
  console.log(given.has("--json") ? JSON.stringify(report) : reportText(report, seconds));
  if (!report.ok) return 1;
  return report.authenticated ? 0 : 3;
}

async function mustBeDirectory(path: string): Promise<void> {
  const found = await Deno.stat(path).catch((error) => {
    if (error instanceof Deno.errors.NotFound) throw new Error(`no such directory ${path}`);
    throw error;
  });
  if (!found.isDirectory) throw new Error(`${path} is no directory`);
}
