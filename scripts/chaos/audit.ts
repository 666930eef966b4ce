/** The log exported and verified offline, by the commands that an auditor uses. @module */
import { readCheckpointKeys } from "../../ledger/checkpoint/mod.ts";
import type { Surroundings } from "./surroundings.ts";

const root = new URL("../../", import.meta.url).pathname;

/** Exports the whole log and verifies the export; returns what did not hold. */
export async function audit(
  { databaseUrl, folder }: Pick<Surroundings, "databaseUrl" | "folder">,
): Promise<string[]> {
  const out = `${folder}/export`;
  const exported = await run(["export", "--out", out], { DATABASE_URL: databaseUrl });
  if (exported !== null) return [`the log could not be exported: ${exported}`];
  const verified = await run(["verify", out, "--key", await signingKey(folder, out)], {});
  return verified === null ? [] : [`the exported log does not verify: ${verified}`];
}

/** `NAME:BASE64` of the key that the cluster was given; its random name is in the export. */
async function signingKey(folder: string, out: string): Promise<string> {
  const seeds = await Deno.readTextFile(`${folder}/cluster/checkpoint-key`);
  const { origin } = JSON.parse(await Deno.readTextFile(`${out}/manifest.json`));
  return `${origin}:${readCheckpointKeys(seeds).current.publicKey}`;
}

/** Null, or the last lines of what the command said. */
async function run(args: readonly string[], env: Record<string, string>): Promise<string | null> {
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-check", "--allow-all", "scripts/audit.ts", ...args],
    cwd: root,
    env: { ...env, NO_COLOR: "1" },
  }).output();
  const said = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes)).join("\n");
  return success ? null : said.trim().slice(-1_000);
}
