/**
 * `deno task catalogue <command> …`: the models that are for sale and their prices. Each command is a
 * module in scripts/catalogue/.
 *
 * @module
 */

/** One command; returns the exit code. */
interface CatalogueCommand {
  run(args: readonly string[]): Promise<number>;
}

const commands: Readonly<Record<string, () => Promise<CatalogueCommand>>> = {
  diff: () => import("./catalogue/diff.ts"),
  publish: () => import("./catalogue/publish.ts"),
  generate: () => import("./catalogue/generate.ts"),
};

const USAGE = `The models that are for sale and their prices; docs/catalogue.md tells more.

deno task catalogue diff [--only NAME]… [--fresh | --file FILE] [--held] [--gone] [--json]
deno task catalogue publish [--only NAME]… [--fresh | --file FILE] [--held] [--gone] [--dry-run]
deno task catalogue generate [--litellm FILE] [--models-dev FILE]

diff and publish ask the ledger at SARGALAY_LEDGER_URL under the token SARGALAY_TOKEN; without them
the addresses and the token of .data/demo.json. NAME is a model or PROVIDER/*.
What is held back is published by --held with its very name, what is no longer in the catalogue is
withdrawn by --gone. The exit code of diff is 0 when publish would change nothing, else 1; that of
publish is 1 when something was refused; 2 when either was called wrongly.`;

async function main([name = "", ...args]: readonly string[]): Promise<number> {
  if (name === "" || [name, ...args].some((arg) => arg === "--help" || arg === "-h")) {
    console.log(USAGE);
    return 0;
  }
  const load = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (load === undefined) {
    console.error(`catalogue: no command ${name}; one of ${Object.keys(commands).join(", ")}`);
    return 2;
  }
  return await (await load()).run(args);
}

if (import.meta.main) {
  try {
    Deno.exit(await main(Deno.args));
  } catch (error) {
    console.error(`catalogue: ${error instanceof Error ? error.message : error}`);
    Deno.exit(2);
  }
}
