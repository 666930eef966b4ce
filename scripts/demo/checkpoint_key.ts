/** The file with the keys that sign checkpoints: made once, and given a new key at a rotation. @module */
import { Buffer } from "node:buffer";
import type { Random } from "../../shared/effects.ts";

/** A key that is no longer in force is of no use once the next one was endorsed. */
const KEPT_FORMER = 2;

/** Makes `path`, readable by its owner only, with one fresh key, unless it is there. */
export async function ensureCheckpointKey(path: string, random: Random): Promise<void> {
  try {
    await Deno.writeTextFile(path, `${freshSeed(random)}\n`, { mode: 0o600, createNew: true });
  } catch (error) {
    if (!(error instanceof Deno.errors.AlreadyExists)) throw error;
  }
}

/**
 * Puts a fresh key before the ones in `path`, which stay for as long as it takes to endorse it, or
 * makes the file. Ledgers read it when they start. Returns whether there was a key before.
 */
export async function rotateCheckpointKey(path: string, random: Random): Promise<boolean> {
  const before = await readSeeds(path);
  const seeds = [freshSeed(random), ...before.slice(0, KEPT_FORMER)];
  const next = `${path}.next`;
  await Deno.writeTextFile(next, seeds.map((seed) => `${seed}\n`).join(""), { mode: 0o600 });
  await Deno.chmod(next, 0o600);
  await Deno.rename(next, path);
  return before.length > 0;
}

async function readSeeds(path: string): Promise<string[]> {
  try {
    return (await Deno.readTextFile(path)).split(/\s+/).filter((line) => line !== "");
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return [];
    throw error;
  }
}

function freshSeed(random: Random): string {
  return Buffer.from(random.bytes(32)).toString("base64");
}
