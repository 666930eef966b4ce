/**
 * `deno task rotate-provider-keys`: has the ledger wrap every stored key of a provider by its newest
 * master key. `--new-key <file>` puts that master key into a file first and does nothing else; see
 * docs/provider-keys.md. The ledger is the one of `SARGALAY_LEDGER_URL` with `SARGALAY_TOKEN`,
 * else the one of the data folder's demo.json.
 *
 * @module
 */
import { createEffects, platformOf } from "../shared/effects.ts";
import { addMasterKey, readDemo } from "./demo/mod.ts";
import { type LedgerAddress, rotateAll } from "./provider_keys/rotate.ts";

const USAGE = "deno task rotate-provider-keys [--new-key <file>]";

if (import.meta.main) {
  try {
    Deno.exit(await main(Deno.args));
  } catch (error) {
    console.error(`not rotated: ${error instanceof Error ? error.message : error}`);
    Deno.exit(1);
  }
}

async function main(args: readonly string[]): Promise<number> {
  const [flag, path, ...others] = args;
  if (flag === "--new-key" && path !== undefined && others.length === 0) return await newKey(path);
  if (flag !== undefined) {
    console.error(USAGE);
    return 2;
  }
  const rotated = await rotateAll(await addressOf(Deno.env.toObject()), fetch);
  console.log(`${rotated.rewrapped} keys were wrapped by ${rotated.masterKeyId}.`);
  if (rotated.unreadable.length === 0) {
    console.log("The former master keys may be taken out of SARGALAY_MASTER_KEYS everywhere.");
    return 0;
  }
  console.error(`No master key of the ledger opens ${rotated.unreadable.join(", ")}.`);
  return 1;
}

async function newKey(path: string): Promise<number> {
  const { random } = createEffects(platformOf(globalThis));
  const before = await addMasterKey(path, random);
  console.log(
    before === 0
      ? `${path} has a master key now, and nobody else may read it.`
      : `${path} has a new master key before its ${before}. Restart the edges, then the ledgers,\n` +
        "and run deno task rotate-provider-keys.",
  );
  return 0;
}

async function addressOf(
  environment: Readonly<Record<string, string | undefined>>,
): Promise<LedgerAddress> {
  const { SARGALAY_LEDGER_URL: url, SARGALAY_TOKEN: token } = environment;
  if (url !== undefined && token !== undefined) return { url, token };
  const path = `${environment.SARGALAY_DATA_DIR ?? ".data"}/demo.json`;
  const demo = await readDemo(path);
  if (demo !== null) return { url: demo.ledgerUrl, token: demo.adminToken };
  throw new Error(`set SARGALAY_LEDGER_URL and SARGALAY_TOKEN; there is no ${path} either`);
}
