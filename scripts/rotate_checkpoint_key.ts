/**
 * `deno task rotate-checkpoint-key <file>`: a fresh key for checkpoints, in the file that the ledger's
 * SARGALAY_CHECKPOINT_KEY_FILE names; see docs/checkpoint-keys.md.
 *
 * @module
 */

import { createEffects, platformOf } from "../shared/effects.ts";
import { rotateCheckpointKey } from "./demo/mod.ts";

const [path, ...others] = Deno.args;
if (path === undefined || others.length > 0) {
  console.error("which file? deno task rotate-checkpoint-key <file>");
  Deno.exit(2);
}
const rotated = await rotateCheckpointKey(path, createEffects(platformOf(globalThis)).random);
console.log(
  rotated
    ? `${path} has a new key before the former one.\n` +
      "Restart every ledger, a standby first: the owner has the former key endorse the new one, and\n" +
      "GET /checkpoints/0/keys shows it. From then on the former key is not needed any more."
    : `${path} has a key now, and nobody else may read it. Set SARGALAY_CHECKPOINT_KEY_FILE to it.`,
);
