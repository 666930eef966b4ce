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

async function main([name = "", ...args]: readonly string[]): Promise<number> {
  const load = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (load === undefined) {
    const known = Object.keys(commands).join(", ");
    console.error(`audit: ${name === "" ? "no command" : `no command ${name}`}; one of ${known}`);
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
