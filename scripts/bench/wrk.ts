/** Load from wrk, an HTTP load generator in C that leaves most of the machine to the servers. @module */
import { runCommand } from "../provision/command.ts";
import { findWrk } from "../provision/mod.ts";

/** What to send and how hard. */
export interface Load {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly connections: number;
  readonly seconds: number;
}

/** What came back. */
export interface LoadResult {
  readonly requestsPerSecond: number;
  /** Median latency in milliseconds. */
  readonly medianMs: number;
  readonly p99Ms: number;
}

/**
 * Posts `body` again and again for `seconds`. Throws when any answer was not 2xx or a socket failed,
 * because a rate of failures measures nothing.
 */
export async function runWrk(load: Load): Promise<LoadResult> {
  const script = await Deno.makeTempFile({ suffix: ".lua" });
  try {
    await Deno.writeTextFile(script, luaScript(load));
    const { code, output } = await runCommand(await findWrk(), [
      "--threads=1",
      `--connections=${load.connections}`,
      `--duration=${load.seconds}s`,
      "--timeout=20s",
      `--script=${script}`,
      load.url,
    ], { timeoutMs: (load.seconds + 60) * 1_000 });
    const line = output.split("\n").find((text) => text.startsWith("RESULT "));
    if (code !== 0 || line === undefined) throw new Error(`wrk failed with ${code}: ${output}`);
    const [requests, durationUs, p50Us, p99Us, failed] = line.split(" ").slice(1).map(Number);
    if (failed !== 0) throw new Error(`${failed} of ${requests} requests to ${load.url} failed`);
    return {
      requestsPerSecond: requests! / (durationUs! / 1_000_000),
      medianMs: p50Us! / 1_000,
      p99Ms: p99Us! / 1_000,
    };
  } finally {
    await Deno.remove(script);
  }
}

function luaScript({ headers, body }: Load): string {
  const lines = Object.entries(headers).map(([name, value]) =>
    `wrk.headers[${JSON.stringify(name)}] = ${JSON.stringify(value)}`
  );
  return `
wrk.method = "POST"
wrk.body = ${JSON.stringify(body)}
${lines.join("\n")}
function done(summary, latency, requests)
  local e = summary.errors
  local failed = e.connect + e.read + e.write + e.status + e.timeout
  print(string.format("RESULT %d %d %d %d %d", summary.requests, summary.duration,
    latency:percentile(50), latency:percentile(99), failed))
end
`;
}
