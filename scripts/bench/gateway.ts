/** The gateway with billing on, beside pass-throughs without, in front of the same upstream. @module */
import { startCluster } from "../cluster/mod.ts";
import { interleave } from "./rounds.ts";
import { type Load, type LoadResult, runWrk } from "./wrk.ts";

/** Medians by contender: requests a second, or milliseconds where the name says so. */
export interface GatewayFigures {
  readonly whole: ReadonlyMap<string, number>;
  readonly streams: ReadonlyMap<string, number>;
  readonly latencyMs: ReadonlyMap<string, number>;
}

interface GatewayOptions {
  readonly rounds: number;
  readonly seconds: number;
  readonly report: (line: string) => void;
}

const CONNECTIONS = 32;
const CREDIT_MICRO_KYAT = "1000000000000000";
const body = (stream: boolean) =>
  JSON.stringify({
    model: "sim-bench",
    max_tokens: 128,
    stream,
    messages: [{ role: "user", content: "Say something that takes about fifty tokens." }],
  });

/** Starts a cluster over PostgreSQL with fsync on and NATS, and measures all contenders by turns. */
export async function benchGateway(options: GatewayOptions): Promise<GatewayFigures> {
  const cluster = await startCluster({ fsync: true, log: options.report });
  const { simulatorUrl } = cluster.demo;
  const passThroughs = await Promise.all(
    ["bare", "touching"].map((kind) => startPassThrough(kind, simulatorUrl)),
  );
  const [bare, touching] = passThroughs.map(({ url }) => url) as [string, string];
  try {
    await prepareLedger(cluster.demo);
    const headers = {
      "authorization": `Bearer ${cluster.demo.apiKey}`,
      "content-type": "application/json",
    };
    const run = async (base: string, load: Pick<Load, "connections" | "body">) =>
      await runWrk({
        ...load,
        headers,
        url: `${base}/v1/chat/completions`,
        seconds: options.seconds,
      });
    const contenders = (
      bases: Record<string, string>,
      load: Pick<Load, "connections" | "body">,
      figure: (result: LoadResult) => number,
    ) =>
      Object.entries(bases).map(([name, base]) => ({
        name,
        measure: async () => figure(await run(base, load)),
      }));
    const gateway = cluster.demo.proxyUrl;
    const rate = (result: LoadResult) => result.requestsPerSecond;
    options.report("non-streaming, 32 connections (requests/s)");
    const whole = await interleave(
      contenders(
        { bare, touching, gateway },
        { connections: CONNECTIONS, body: body(false) },
        rate,
      ),
      options.rounds,
      options.report,
    );
    options.report("streaming, 50 chunks, 32 connections (streams/s)");
    const streams = await interleave(
      contenders({ bare, touching, gateway }, { connections: CONNECTIONS, body: body(true) }, rate),
      options.rounds,
      options.report,
    );
    options.report("one connection, non-streaming (median ms)");
    const latencyMs = await interleave(
      contenders(
        { direct: simulatorUrl, bare, gateway },
        { connections: 1, body: body(false) },
        (result) => result.medianMs,
      ),
      options.rounds,
      options.report,
    );
    return { whole, streams, latencyMs };
  } finally {
    await Promise.all(passThroughs.map((process) => process.stop()));
    await cluster.stop();
  }
}

interface PassThrough {
  readonly url: string;
  stop(): Promise<void>;
}

async function startPassThrough(kind: string, upstream: string): Promise<PassThrough> {
  const process = new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "--no-check",
      "--allow-net",
      new URL("./pass_through.ts", import.meta.url).pathname,
      kind,
      upstream,
    ],
    stdin: "null",
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  const reader = process.stdout.pipeThrough(new TextDecoderStream()).getReader();
  const { value } = await reader.read();
  if (value === undefined) throw new Error(`the ${kind} pass-through did not start`);
  return {
    url: `http://127.0.0.1:${value.trim()}`,
    async stop() {
      process.kill("SIGTERM");
      await reader.cancel();
      await process.status;
    },
  };
}

/** Gives the demo account ample credit and puts the simulator's quick model on sale. */
async function prepareLedger(
  { ledgerUrl, accountId, adminToken }: {
    ledgerUrl: string;
    accountId: string;
    adminToken: string;
  },
): Promise<void> {
  const post = async (path: string, body: unknown) => {
    const response = await fetch(ledgerUrl + path, {
      method: "POST",
      headers: {
        authorization: `Bearer ${adminToken}`,
        "content-type": "application/json",
        "idempotency-key": crypto.randomUUID(),
      },
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(10_000),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${path} failed: ${text}`);
  };
  await post(`/v1/accounts/${accountId}/credits`, {
    amountMicroKyat: CREDIT_MICRO_KYAT,
    source: "promotion",
    reference: "bench",
  });
  await post("/v1/prices", {
    model: "sim-bench",
    displayName: "Simulator for benchmarks",
    ownedBy: "simulator",
    ratesPicoUsdPerUnit: { input: "150000", output: "600000" },
    contextWindowTokens: 128_000,
    maxOutputTokens: 16_384,
    source: "simulator",
  });
  // The proxies follow the price list every half second.
  await new Promise((resolve) => setTimeout(resolve, 1_500));
}
