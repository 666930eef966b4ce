/**
 * Installing what a machine lacks from Debian's packages.
 *
 * @module
 */

import { findProgram, isRoot, runCommand } from "./command.ts";

const installMs = 300_000;
let listsUpdated: Promise<boolean> | null = null;

/** Receives one line for each step that takes long. */
export type Log = (line: string) => void;

/** Writes a step to standard error. */
export const logToStderr: Log = (line) => console.error(line);

/**
 * Installs `name` with apt-get; its service is not started. Returns null when it is installed, else
 * why it is not.
 */
export async function installPackage(name: string, log: Log): Promise<string | null> {
  const apt = findProgram(["apt-get"]);
  if (apt === null) return "there is no apt-get";
  if (!isRoot()) return "only root may run apt-get";
  log(`installing ${name} with apt-get (up to ${installMs / 60_000} minutes)`);
  listsUpdated ??= runApt(apt, ["update", "-qq"]).then(({ code }) => code === 0);
  const updated = await listsUpdated;
  const { code, output } = await runApt(apt, ["install", "-y", "-qq", name]);
  if (code === 0) return null;
  const update = updated ? "" : "apt-get update failed as well; ";
  return `${update}apt-get install ${name} failed: ${output.slice(-500)}`;
}

function runApt(apt: string, args: readonly string[]) {
  return runCommand(apt, ["-o", "DPkg::Lock::Timeout=240", ...args], {
    timeoutMs: installMs,
    // Runlevel 1 keeps the package from starting its service on the default port.
    env: { DEBIAN_FRONTEND: "noninteractive", RUNLEVEL: "1" },
  });
}
