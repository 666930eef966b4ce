/** Secrets of a local deployment, made at the first start. @module */
import type { Random } from "../../shared/effects.ts";

/** Hex secrets that the rooms share. */
export interface Secrets {
  /** Signs the calls between rooms. */
  readonly serviceSecret: string;
  /** Signs the sessions of the web room. */
  readonly sessionSecret: string;
}

/** Reads `<folder>/secrets.json`, or makes it, readable by its owner only. */
export async function loadSecrets(folder: string, random: Random): Promise<Secrets> {
  const path = `${folder}/secrets.json`;
  try {
    return JSON.parse(await Deno.readTextFile(path));
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  const secrets: Secrets = {
    serviceSecret: random.bytes(32).toHex(),
    sessionSecret: random.bytes(32).toHex(),
  };
  await Deno.mkdir(folder, { recursive: true });
  await Deno.writeTextFile(path, JSON.stringify(secrets), { mode: 0o600, createNew: true });
  return secrets;
}
