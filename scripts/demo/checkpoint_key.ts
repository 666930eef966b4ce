/** The file with the keys that sign checkpoints: made once, and given a new key at a rotation. @module */
import { Buffer } from "node:buffer";
import type { Random } from "../../shared/effects.ts";

/** Makes `path`, readable by its owner only, with one fresh key, unless it is there. */
export async function ensureCheckpointKey(path: string, random: Random): Promise<void> {
  try {
    await Deno.writeTextFile(path, `${freshSeed(random)}\n`, { mode: 0o600, createNew: true });
  } catch (error) {
    if (!(error instanceof Deno.errors.AlreadyExists)) throw error;
  }
}

/**
 * Puts a fresh key before the ones in `path`, or makes the file. All former ones stay: any of them
 * may be the one in force, which has to endorse the next, and one that is lost is lost for good.
 * Ledgers read the file when they start. Returns whether there was a key before. Throws Error, with
 * nothing written, when the file holds something else.
 */
export async function rotateCheckpointKey(path: string, random: Random): Promise<boolean> {
  const before = await readSeeds(path);
  const seeds = [freshSeed(random), ...before];
  const next = `${path}.next`;
  await Deno.writeTextFile(next, seeds.map((seed) => `${seed}\n`).join(""), { mode: 0o600 });
  await Deno.chmod(next, 0o600);
  await Deno.rename(next, path);
  return before.length > 0;
}

async function readSeeds(path: string): Promise<string[]> {
  const text = await Deno.readTextFile(path).catch((error) => {
    if (error instanceof Deno.errors.NotFound) return "";
    throw error;
  });
  const seeds = text.split(/\s+/).filter((line) => line !== "");
  const wrong = seeds.findIndex((seed) => !/^[A-Za-z0-9+/]{43}=$/.test(seed));
  if (wrong === -1) return seeds;
  throw new Error(`${path} is no file of checkpoint keys: number ${wrong + 1} is not 32 bytes`);
}

function freshSeed(random: Random): string {
  return Buffer.from(random.bytes(32)).toString("base64");
}
