/** The file with the master keys that seal providers' keys: made once, given a new key at a rotation. @module */
import type { Random } from "../../shared/effects.ts";
import { makeMasterKey, parseMasterKeys } from "../../shared/routing/mod.ts";

/**
 * The text for SARGALAY_MASTER_KEYS out of `path`, which is made, readable by its owner only, with
 * one fresh key when it is not there. Throws Error when it holds something else.
 */
export async function ensureMasterKeys(path: string, random: Random): Promise<string> {
  const fresh = `${makeMasterKey(random)}\n`;
  try {
    await Deno.writeTextFile(path, fresh, { mode: 0o600, createNew: true });
    return linesOf(fresh).join(",");
  } catch (error) {
    if (!(error instanceof Deno.errors.AlreadyExists)) throw error;
  }
  return (await readKeys(path)).join(",");
}

/**
 * Puts a fresh key before the ones in `path`, or makes the file; the former ones stay, because they
 * open what they sealed. Returns how many there were. Throws Error, with nothing written, when the
 * file holds something else.
 */
export async function addMasterKey(path: string, random: Random): Promise<number> {
  const before = await readKeys(path).catch((error) => {
    if (error instanceof Deno.errors.NotFound) return [];
    throw error;
  });
  const text = [makeMasterKey(random), ...before].map((key) => `${key}\n`).join("");
  const next = `${path}.next`;
  await Deno.writeTextFile(next, text, { mode: 0o600 });
  await Deno.chmod(next, 0o600);
  await Deno.rename(next, path);
  return before.length;
}

async function readKeys(path: string): Promise<string[]> {
  const text = await Deno.readTextFile(path);
  try {
    parseMasterKeys(text);
  } catch (error) {
    throw new Error(`${path} is no file of master keys: ${(error as Error).message}`);
  }
  return linesOf(text);
}

function linesOf(text: string): string[] {
  return text.split(/[,\n]/).map((line) => line.trim()).filter((line) => line !== "");
}
