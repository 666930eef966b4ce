/** Puts the proxy together; the caller brings the bus, the effects and the network. @module */
import type { Bus, StreamReader } from "../shared/bus/mod.ts";
import type { Effects } from "../shared/effects.ts";
import { uuidv7 } from "../shared/ids/mod.ts";
import type { Log } from "../shared/log.ts";
import { createAdmission } from "./admission/mod.ts";
import { createProxyApp, type ProxyDeps } from "./app.ts";
import type { ProxyConfig } from "./config.ts";
import { followEdgeConfig } from "./edge_config/mod.ts";
import { createEdgeHealth } from "./health/mod.ts";
import { createJobs, createTicketSealer } from "./jobs/mod.ts";
import { createKeyring } from "./keys/mod.ts";
import { createCoarseTimers } from "./limits/mod.ts";
import { createProgress } from "./meter/mod.ts";
import { createProviders } from "./providers.ts";
import type { Fetch } from "./relay/mod.ts";
import type { RealtimeSockets } from "./realtime/mod.ts";
import { createAnswerArchive } from "./replay/mod.ts";
import { createSettlementJournal } from "./settle/mod.ts";

/** A composed proxy. */
export interface Proxy {
  /** Answers one request; `info` says who is at the other end of its connection. */
  fetch(request: Request, info?: ConnectionInfo): Promise<Response>;
  /**
   * Takes no more calls and waits up to the configured deadline for those that run; the ones that
   * still run then are ended and settled on what is known. Waits until the ledger has confirmed all
   * settlements, for at most 2 s beyond the deadline, and lets go of the bus, which stays open.
   * Resolves with the number of settlements that were left unconfirmed. Idempotent.
   */
  close(): Promise<number>;
}

/** What a server knows of a connection; the same as `Deno.ServeHandlerInfo`, as far as it is used. */
export interface ConnectionInfo {
  readonly remoteAddr?: Deno.Addr;
}

/** What {@link composeProxy} needs of the world. */
export interface ProxyWorld {
  readonly bus: Bus & StreamReader;
  readonly effects: Effects;
  readonly fetch: Fetch;
  readonly log: Log;
  /** Sockets for realtime sessions; those of the platform when absent. */
  readonly sockets?: RealtimeSockets;
}

/** The platform takes headers here, which the web's own types do not know. */
type ConnectingSocket = new (
  url: string,
  options: { readonly headers: Record<string, string> },
) => WebSocket;

const platformSockets: RealtimeSockets = {
  connect: (url, headers) => new (WebSocket as unknown as ConnectingSocket)(url, { headers }),
  upgrade: (request, protocol) =>
    Deno.upgradeWebSocket(request, protocol === undefined ? {} : { protocol }),
};

/** How late a limit may be noticed. */
const DEADLINE_EVERY_MS = 25;
const CONFIG_EVERY_MS = 500;
const CONFIG_STALE_AFTER_MS = 5_000;
const PROGRESS_EVERY_MS = 5_000;
const SETTLE_GRACE_MS = 2_000;
const MAX_OPEN_SETTLEMENTS = 20_000;

/** Starts a proxy without a server. It answers 503 until the ledger's configuration was read once. */
export async function composeProxy(config: ProxyConfig, world: ProxyWorld): Promise<Proxy> {
  const edgeId = config.edgeId ?? `edge-${uuidv7(world.effects)}`;
  const { shards, limits } = config;
  const timers = createCoarseTimers(world.effects.timers, world.effects.clock, DEADLINE_EVERY_MS);
  const common = { ...world, effects: { ...world.effects, timers }, edgeId, shards };
  const journal = await createSettlementJournal(common);
  const progress = createProgress({
    ...common,
    everyMs: Math.min(PROGRESS_EVERY_MS, config.holdTtlMs / 3),
    totalMs: limits.totalMs,
  });
  const edgeConfig = await followEdgeConfig({
    ...common,
    everyMs: CONFIG_EVERY_MS,
    staleAfterMs: CONFIG_STALE_AFTER_MS,
  });
  const health = await createEdgeHealth({ ...common, dailyNeurons: config.dailyNeurons });
  const admission = createAdmission(config.admission);
  let closing = false;
  let closed: Promise<number> | null = null;
  const parts: Omit<ProxyDeps, "jobs"> = {
    ...common,
    limits,
    providers: createProviders(edgeConfig, config),
    keyring: createKeyring({ masterKeys: config.masterKeys, log: world.log }),
    health,
    config: edgeConfig,
    progress,
    journal,
    admission,
    archive: createAnswerArchive(world),
    sockets: world.sockets ?? platformSockets,
    attempts: config.attempts,
    trustForwarded: config.trustForwarded,
    holdTtlMs: config.holdTtlMs,
    costWaitMs: config.costWaitMs,
    maxOpenSettlements: MAX_OPEN_SETTLEMENTS,
    closing: () => closing,
  };
  const sealer = createTicketSealer(config.masterKeys, world.effects.random);
  const app = createProxyApp({ ...parts, jobs: createJobs(parts, sealer) });
  const close = async () => {
    closing = true;
    const endsAtMs = world.effects.clock.nowMs() + config.drainMs;
    await Promise.all([edgeConfig.stop(), health.stop()]);
    // A call without a hold yet has nothing to settle, but it may get one while it is waited for.
    await withinMs(world.effects, admission.idle(), config.drainMs);
    progress.abort();
    await withinMs(world.effects, admission.idle(), SETTLE_GRACE_MS);
    const leftMs = endsAtMs + SETTLE_GRACE_MS - world.effects.clock.nowMs();
    const unconfirmed = await journal.drain(Math.max(0, leftMs)) + progress.open();
    progress.stop();
    await journal.close();
    timers.stop();
    world.log.info("proxy_closed", { unconfirmed, open: admission.open() });
    return unconfirmed;
  };
  return {
    fetch: (request, info) => Promise.resolve(app.fetch(request, { address: addressOf(info) })),
    close: () => closed ??= close(),
  };
}

function addressOf(info: ConnectionInfo | undefined): string | null {
  const address = info?.remoteAddr;
  return address !== undefined && "hostname" in address ? address.hostname : null;
}

async function withinMs(effects: Effects, done: Promise<void>, deadlineMs: number): Promise<void> {
  await new Promise<void>((resolve) => {
    const timer = effects.timers.after(deadlineMs, resolve);
    done.then(() => {
      timer.cancel();
      resolve();
    });
  });
}
