/**
 * A Chromium for tests of pages.
 *
 * @module
 */

import { isExecutable } from "./command.ts";
import { type Log, logToStderr } from "./packages.ts";
import { findOrInstall } from "./program.ts";

const names = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];

/**
 * The path of a Chromium: CHROMIUM_PATH, else one found in PATH, else installed from Debian's
 * packages; throws an error that says what to install.
 */
export async function findChromium(log: Log = logToStderr): Promise<string> {
  const configured = Deno.env.get("CHROMIUM_PATH");
  if (configured !== undefined && configured !== "") {
    if (isExecutable(configured)) return configured;
    throw new Error(`CHROMIUM_PATH is ${configured}, which is not an executable file`);
  }
  return await findOrInstall({ title: "Chromium", names, packageName: "chromium" }, log);
}
