/** The embedded product as a process of its own, on free ports and in a folder of its own. @module */
import type { Demo } from "../../scripts/demo/mod.ts";
import { freePort } from "../servers/mod.ts";
import { eventually, type System } from "./system.ts";

/** The embedded product and the means to kill it. */
export interface EmbeddedSystem extends System {
  readonly demo: Demo;
  readonly dataDir: string;
  /** Ends the process with `signal` and waits until it is gone; its data stays. */
  kill(signal: Deno.Signal): Promise<Deno.CommandStatus>;
}

/** How to start it. */
export interface EmbeddedOptions {
  /** A folder of an earlier start; a fresh one, removed at the end, when absent. */
  readonly dataDir?: string;
  readonly env?: Record<string, string>;
}

/** Starts `scripts/start.ts` and waits until it serves. Throws with its output when it does not. */
export async function startEmbedded(options: EmbeddedOptions = {}): Promise<EmbeddedSystem> {
  const dataDir = options.dataDir ?? await Deno.makeTempDir({ prefix: "sargalay-" });
  const ports = Object.fromEntries(
    ["PROXY", "LEDGER", "PROJECTIONS", "WEB", "SIMULATOR"].map((room) => [
      `SARGALAY_${room}_PORT`,
      String(freePort()),
    ]),
  );
  const log = await Deno.open(`${dataDir}/start.log`, { create: true, append: true, write: true });
  const process = new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-check", "--allow-all", "scripts/start.ts"],
    env: { ...ports, SARGALAY_DATA_DIR: dataDir, ...options.env },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const output = Promise.all([
    copyTo(log, process.stdout),
    copyTo(log, process.stderr),
  ]).finally(() => log.close());
  let ended = false;
  const status = process.status.finally(() => ended = true);
  const kill = async (signal: Deno.Signal) => {
    if (!ended) process.kill(signal);
    await output;
    return await status;
  };
  const url = `http://127.0.0.1:${ports.SARGALAY_PROXY_PORT}`;
  try {
    await eventually(
      async () => {
        if (ended) return true;
        const demo: Demo = JSON.parse(await Deno.readTextFile(`${dataDir}/demo.json`));
        const response = await fetch(`${url}/health`);
        await response.body?.cancel();
        return demo.proxyUrl === url && response.ok;
      },
      "the embedded product serves",
      120_000,
    );
    if (ended) throw new Error(`it ended with code ${(await status).code}`);
  } catch (error) {
    await kill("SIGKILL");
    throw new Error(await Deno.readTextFile(`${dataDir}/start.log`), { cause: error });
  }
  const demo: Demo = JSON.parse(await Deno.readTextFile(`${dataDir}/demo.json`));
  return {
    ...demo,
    demo,
    dataDir,
    proxyUrls: [demo.proxyUrl],
    kill,
    async stop() {
      await kill("SIGTERM");
      if (options.dataDir === undefined) await Deno.remove(dataDir, { recursive: true });
    },
  };
}

async function copyTo(file: Deno.FsFile, stream: ReadableStream<Uint8Array>): Promise<void> {
  for await (const chunk of stream) await file.write(chunk);
}
