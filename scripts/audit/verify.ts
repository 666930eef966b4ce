/** `deno task audit verify`: checks an export offline. @module */

/** Runs the command; returns the exit code. */
export function run(_args: readonly string[]): Promise<number> {
  throw new Error("verify is not available in this build");
}
