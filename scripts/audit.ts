/**
 * `deno task audit <command> …`: what an auditor does with the log. Each command is a module in
 * scripts/audit/ that is loaded when it is asked for, so that `verify` needs no permission but to
 * read files.
 *
 * @module
 */

/** One command; returns the exit code. */
interface AuditCommand {
  run(args: readonly string[]): Promise<number>;
}

const commands: Readonly<Record<string, () => Promise<AuditCommand>>> = {
  export: () => import("./audit/export.ts"),
  verify: () => import("./audit/verify.ts"),
  receipt: () => import("./audit/receipt.ts"),
  replay: () => import("./audit/replay.ts"),
  explain: () => import("./audit/explain.ts"),
  "re-rate": () => import("./audit/re_rate.ts"),
};

const USAGE = `What an auditor does with the log; docs/audit.md tells more.

deno task audit export --out DIR [--shard N] [--from P] [--to P]
deno task audit verify DIR [--key NAME:BASE64|FILE]… [--checkpoint FILE]… [--json]
deno task audit receipt FILE [--key NAME:BASE64|FILE]… [--json]
deno task audit replay --account A [--at TIME | --position P] [--quiet]
deno task audit explain REQUEST
deno task audit re-rate --from DAY --to DAY [--account A] [--model M] [--csv] [--issue REASON]
    [--prices current | --price MODEL@VERSION]… [--markup PPM | --markup-version N]
    [--kyat-per-usd X | --fx-version N]

The exit code is 0 when everything holds, 1 when something does not, 2 when it was called wrongly,
and 3 when everything fits and no key was told.`;

async function main([name = "", ...args]: readonly string[]): Promise<number> {
  if (name === "" || [name, ...args].some((arg) => arg === "--help" || arg === "-h")) {
    console.log(USAGE);
    return 0;
  }
  const load = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (load === undefined) {
    const known = Object.keys(commands).join(", ");
    console.error(`audit: no command ${name}; one of ${known}`);
    return 2;
  }
  return await (await load()).run(args);
}

if (import.meta.main) {
  try {
    Deno.exit(await main(Deno.args));
  } catch (error) {
    console.error(`audit: ${error instanceof Error ? error.message : error}`);
    Deno.exit(2);
  }
}
