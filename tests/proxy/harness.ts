/** A proxy with a fake ledger and real simulators, on a real port. @module */
import OpenAI from "openai";
import { createInProcessBus } from "../../shared/bus/mod.ts";
import type { Effects } from "../../shared/effects.ts";
import { createApiKey } from "../../shared/ids/mod.ts";
import type { Log } from "../../shared/log.ts";
import { silentLog } from "../../shared/log.ts";
import type { Proxy } from "../../proxy/compose.ts";
import type { ProxyConfig } from "../../proxy/config.ts";
import { type FakeLedger, startFakeLedger } from "./fake_ledger.ts";

/** What runs in a test of the whole proxy. */
export interface Harness {
  readonly url: string;
  readonly secret: string;
  readonly keyHash: string;
  readonly ledger: FakeLedger;
  readonly proxy: Proxy;
  /** OpenAI's own client, without retries. */
  readonly client: OpenAI;
  /** Calls the proxy with the key. */
  call(path: string, init?: RequestInit): Promise<Response>;
  stop(): Promise<void>;
}

/** What a harness is built of. */
export interface HarnessOptions {
  readonly config: ProxyConfig;
  readonly models: readonly string[];
  readonly effects: Effects;
  readonly fetch: typeof globalThis.fetch;
  readonly compose: (config: ProxyConfig, world: {
    bus: ReturnType<typeof createInProcessBus>;
    effects: Effects;
    fetch: (url: string, init: RequestInit) => Promise<Response>;
    log: Log;
  }) => Promise<Proxy>;
  readonly log?: Log;
  readonly maxOutputTokens?: number;
  readonly contextWindowTokens?: number;
}

/** Starts all of it and waits until the proxy knows its keys. */
export async function startHarness(options: HarnessOptions): Promise<Harness> {
  const { effects } = options;
  const bus = createInProcessBus({ ...effects });
  const { secret, hash: keyHash } = createApiKey(effects.random);
  const ledger = await startFakeLedger({ ...options, bus, keyHash });
  const proxy = await options.compose(options.config, {
    bus,
    effects,
    fetch: (url, init) => options.fetch(url, init),
    log: options.log ?? silentLog,
  });
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    (request) => proxy.fetch(request),
  );
  const url = `http://127.0.0.1:${server.addr.port}`;
  const call = (path: string, init: RequestInit = {}) =>
    options.fetch(url + path, {
      ...init,
      headers: { authorization: `Bearer ${secret}`, ...init.headers },
    });
  for (;;) {
    const health = await call("/health");
    await health.body?.cancel();
    if (health.ok) break;
    await effects.timers.sleep(5);
  }
  return {
    url,
    secret,
    keyHash,
    ledger,
    proxy,
    call,
    client: new OpenAI({ baseURL: `${url}/v1`, apiKey: secret, maxRetries: 0 }),
    async stop() {
      await server.shutdown();
      await proxy.close();
      await ledger.stop();
      await bus.close();
    },
  };
}
