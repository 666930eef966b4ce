/**
 * `deno task recordings DIR [--json]`: replays recorded exchanges through the running proxy, and ends
 * with 0 only when nothing was metered otherwise than recorded.
 *
 * @module
 */

import {
  readRecordingsOptions,
  RecordingError,
  type RecordingsOptions,
  renderSummary,
  replayFolder,
  upstreamsFor,
  USAGE,
} from "./recordings/mod.ts";

function optionsOrExit(): RecordingsOptions {
  try {
    return readRecordingsOptions(Deno.args);
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    Deno.exit(2);
  }
}

async function main(): Promise<number> {
  if (Deno.args.includes("--help") || Deno.args.includes("-h")) {
    console.log(USAGE);
    return 0;
  }
  const options = optionsOrExit();
  if (options.printUpstreams) {
    console.log(await upstreamsFor(options));
    return 0;
  }
  const summary = await replayFolder(options, (line) => console.log(JSON.stringify(line)));
  console.log(options.json ? JSON.stringify({ summary }) : `\n${renderSummary(summary)}`);
  return summary.passed ? 0 : 1;
}

try {
  Deno.exit(await main());
} catch (error) {
  // A folder that is not there or empty is the caller's mistake; anything else shows where it was.
  const isMistake = error instanceof Deno.errors.NotFound || error instanceof RecordingError;
  if (isMistake) console.error(`recordings: ${error.message}`);
  else console.error(error instanceof Error ? error.stack : error);
  Deno.exit(isMistake ? 2 : 1);
}
