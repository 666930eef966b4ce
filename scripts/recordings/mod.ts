/** Replaying recordings through the running proxy. @module */
import { RecordingError, recordingPaths } from "./folder.ts";
import type { RecordingsOptions } from "./options.ts";
import { planReplays, upstreamsSetting } from "./plan.ts";
import { attachProduct, startProduct } from "./product.ts";
import { runReplays } from "./run.ts";
import { createSummary, type Summary } from "./summary.ts";
import { startReplayingUpstream } from "./upstream.ts";
import type { ReplayLine } from "./line.ts";

export { RecordingError } from "./folder.ts";
export { readRecordingsOptions, type RecordingsOptions, USAGE } from "./options.ts";
export { renderSummary, type Summary } from "./summary.ts";
export { lineOf, type ReplayLine } from "./line.ts";
export { VERDICTS } from "./verdict.ts";

/**
 * Replays a folder, tells each line as it comes, and returns the sum. Throws RecordingError when the
 * folder has no recording, Deno.errors.NotFound when there is no such folder, and Error when the
 * product can't be started or does not serve what is to be replayed.
 */
export async function replayFolder(
  options: RecordingsOptions,
  onLine: (line: ReplayLine) => void,
): Promise<Summary> {
  const paths = await recordingPaths(options.folder);
  if (paths.length === 0) throw new RecordingError(`there is none below ${options.folder}`);
  const plan = await planReplays(paths);
  const summary = createSummary();
  const upstream = startReplayingUpstream(options.upstreamPort);
  try {
    const product = options.demoFile === null
      ? await startProduct(plan, upstream.url)
      : await attachProduct(plan, options.demoFile);
    try {
      const startedMs = performance.now();
      await runReplays(plan, {
        product,
        upstream,
        options,
        onLine(line) {
          summary.add(line);
          onLine(line);
        },
      });
      return summary.finish((performance.now() - startedMs) / 1_000);
    } finally {
      await product.close();
    }
  } finally {
    await upstream.close();
  }
}

/** The setting that a product needs which was not started here; see {@link RecordingsOptions}. */
export async function upstreamsFor({ folder, upstreamPort }: RecordingsOptions): Promise<string> {
  const plan = await planReplays(await recordingPaths(folder));
  return upstreamsSetting(plan, `http://127.0.0.1:${upstreamPort}`);
}
