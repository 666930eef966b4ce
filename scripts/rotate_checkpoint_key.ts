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
const { random } = createEffects(platformOf(globalThis));
const rotated = await rotateCheckpointKey(path, random).catch((error) => {
  const reason = error instanceof Deno.errors.NotFound ? "its folder is not there" : error.message;
  console.error(`no key was made: ${reason}`);
  Deno.exit(1);
});
console.log(
  rotated
    ? `${path} has a new key before the former ones.\n` +
      "Restart every ledger (with a standby: that one first): the key in force endorses the new one,\n" +
      "and GET /checkpoints/0/keys shows it. From then on the others may be taken out of the file."
    : `${path} has a key now, and nobody else may read it. Set SARGALAY_CHECKPOINT_KEY_FILE to it.`,
);
