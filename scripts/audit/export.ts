/** `deno task audit export`: writes a self-contained export of a shard's log. @module */

/** Runs the command; returns the exit code. */
export function run(_args: readonly string[]): Promise<number> {
  throw new Error("export is not available in this build");
}
