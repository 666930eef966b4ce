/**
 * The load generator of the benchmarks.
 *
 * @module
 */

import { type Log, logToStderr } from "./packages.ts";
import { findOrInstall } from "./program.ts";

/** The path of wrk, installed when missing; throws an error that says what to install. */
export function findWrk(log: Log = logToStderr): Promise<string> {
  return findOrInstall({ title: "wrk", names: ["wrk"], packageName: "wrk" }, log);
}
