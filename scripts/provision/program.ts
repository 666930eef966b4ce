/**
 * A program that is found on the machine or installed from Debian's packages.
 *
 * @module
 */

import { findProgram } from "./command.ts";
import { installPackage, type Log } from "./packages.ts";

/** What is looked for. */
export interface WantedProgram {
  /** How people call it. */
  readonly title: string;
  /** Names of its executable, the best first. */
  readonly names: readonly string[];
  /** Debian's package. */
  readonly packageName: string;
}

/** The program's path; throws an error that says what to install when it cannot be had. */
export async function findOrInstall(wanted: WantedProgram, log: Log): Promise<string> {
  const found = findProgram(wanted.names);
  if (found !== null) return found;
  const problem = await installPackage(wanted.packageName, log);
  const installed = findProgram(wanted.names);
  if (installed !== null) return installed;
  throw new Error(
    `${wanted.title} was not found. Install it (Debian: apt-get install ${wanted.packageName}).` +
      ` (${problem})`,
  );
}
