/** All rooms in one process, over PGlite and the in-process bus. @module */
import { createDirectoryPlace, readCheckpointKeys } from "../../ledger/checkpoint/mod.ts";
import { composeLedger, type Ledger, type LedgerCheckpoints } from "../../ledger/compose.ts";
import { createPglite, databaseOf, lockDataDir, migrate } from "../../ledger/store/mod.ts";
import type { LedgerDatabase } from "../../ledger/store/mod.ts";
import { composeProjections } from "../../projections/compose.ts";
import { readAlertWebhook } from "../../projections/config.ts";
import { composeProxy } from "../../proxy/compose.ts";
import { readProxyConfig } from "../../proxy/config.ts";
import { type Bus, createInProcessBus, type StreamReader } from "../../shared/bus/mod.ts";
import { createEffects, type Effects, platformOf } from "../../shared/effects.ts";
import { parseMasterKeys } from "../../shared/routing/mod.ts";
import { uuidv7 } from "../../shared/ids/mod.ts";
import { createLog, type Log } from "../../shared/log.ts";
import { composeWeb } from "../../web/compose.ts";
import {
  type Demo,
  DEMO_ACCOUNT_ID,
  demoUsers,
  ensureCheckpointKey,
  ensureMasterKeys,
  loadSecrets,
  readDemo,
  type Secrets,
  seedDemo,
  signAdminToken,
  writeDemo,
} from "../demo/mod.ts";
import { startSimulator } from "../simulator/mod.ts";
import type { EmbeddedConfig } from "./config.ts";
import { type Closing, createClosing, openLogFile } from "./closing.ts";
import { portTaken, serve } from "./serve.ts";

const READY_DEADLINE_MS = 60_000;
const CHECKPOINT_INTERVAL_MS = 1_000;

/** The embedded product, serving. */
export interface Embedded {
  readonly demo: Demo;
  /** Where `demo.json` lies. */
  readonly demoFile: string;
  /** Stops the rooms in order: no new calls, open settlements, pages, books, data. Idempotent. */
  close(): Promise<void>;
}

interface Parts {
  readonly config: EmbeddedConfig;
  readonly environment: Readonly<Record<string, string>>;
  readonly effects: Effects;
  readonly secrets: Secrets;
  /** Seal the keys of providers. Secret. */
  readonly masterKeys: string;
  readonly bus: Bus & StreamReader;
  readonly database: LedgerDatabase;
  readonly closing: Closing;
  readonly logOf: (room: string) => Log;
}

/**
 * Opens the data folder, starts everything and seeds the demo. When a part fails to start, what runs
 * already is stopped and the error goes on to the caller.
 */
export async function startEmbedded(
  config: EmbeddedConfig,
  environment: Readonly<Record<string, string>>,
): Promise<Embedded> {
  const closing = createClosing();
  try {
    const parts = await openParts(config, environment, closing);
    const urls = await startRooms(parts);
    const demo = await prepareDemo(parts, urls);
    return { demo, demoFile: `${config.dataDir}/demo.json`, close: closing.run };
  } catch (error) {
    await closing.run();
    throw error;
  }
}

async function openParts(
  config: EmbeddedConfig,
  environment: Readonly<Record<string, string>>,
  closing: Closing,
): Promise<Parts> {
  const effects = createEffects(platformOf(globalThis));
  const lock = await lockDataDir(config.dataDir, {
    pid: Deno.pid,
    host: Deno.hostname(),
    startedAtMs: effects.clock.nowMs(),
  });
  closing.last(() => lock.release());
  const logFile = await openLogFile(`${config.dataDir}/logs`);
  closing.last(() => logFile.close());
  const logOf = (room: string) => createLog(logFile.write, effects.clock, room);
  const secrets = await loadSecrets(config.dataDir, effects.random);
  const pglite = await createPglite(`${config.dataDir}/pglite`);
  closing.last(() => pglite.close());
  const database = databaseOf(pglite);
  await migrate(database);
  const busLog = logOf("bus");
  const bus = createInProcessBus({
    clock: effects.clock,
    timers: effects.timers,
    onFault: ({ during, subject, error }) =>
      busLog.error("bus_fault", { during, subject, reason: String(error) }),
  });
  closing.last(() => bus.close());
  const masterKeys = environment.SARGALAY_MASTER_KEYS ||
    await ensureMasterKeys(`${config.dataDir}/master-keys`, effects.random);
  return { config, environment, effects, secrets, masterKeys, bus, database, closing, logOf };
}

interface Urls {
  readonly proxyUrl: string;
  readonly ledgerUrl: string;
  readonly projectionsUrl: string;
  readonly webUrl: string;
  readonly createUser: (user: ReturnType<typeof demoUsers>[number]) => Promise<string>;
}

async function startRooms(parts: Parts): Promise<Urls> {
  const { config: { host, ports, simulated }, effects, bus, database, secrets, closing } = parts;
  const { serviceSecret, sessionSecret } = secrets;
  const simulatorUrl = simulated ? await startUpstream(parts) : undefined;
  const ledger = await startLedger(parts);
  const ledgerUrl = serve({ host, port: ports.ledger, closing }, ledger.fetch);
  const projections = await composeProjections({
    serviceSecret,
    shards: 1,
    alertWebhook: readAlertWebhook(parts.environment),
  }, {
    db: database,
    isOneConnection: true,
    bus,
    effects,
    log: parts.logOf("projections"),
    fetch,
  });
  closing.add(() => projections.close());
  const projectionsUrl = serve({ host, port: ports.projections, closing }, projections.fetch);
  const proxy = await composeProxy(
    readProxyConfig({
      // Nothing here outlives this process but what the ledger has committed: wait for that.
      SARGALAY_PROXY_COST_WAIT_MS: "2000",
      ...parts.environment,
      SARGALAY_MASTER_KEYS: parts.masterKeys,
      SARGALAY_SIMULATOR_URL: simulatorUrl,
    }),
    { bus, effects, fetch: (url, init) => fetch(url, init), log: parts.logOf("proxy") },
  );
  const proxyUrl = serve({ host, port: ports.proxy, closing }, proxy.fetch);
  closing.first(() => proxy.close());
  // The pages need their own address before they are made.
  const pages = Promise.withResolvers<Awaited<ReturnType<typeof composeWeb>>>();
  const webUrl = serve(
    { host, port: ports.web, closing },
    async (request) => (await pages.promise).fetch(request),
  );
  const web = await composeWeb({
    publicUrl: webUrl,
    proxyUrl,
    proxyPublicUrl: proxyUrl,
    ledgerUrl,
    projectionsUrl,
    serviceSecret,
    sessionSecret,
  }, { db: database.withTables(), effects, fetch, log: parts.logOf("web") });
  pages.resolve(web);
  closing.add(() => web.close());
  return { proxyUrl, ledgerUrl, projectionsUrl, webUrl, createUser: web.createUser };
}

async function startUpstream({ config, closing }: Parts): Promise<string> {
  const { host, ports: { simulator: port } } = config;
  const simulator = await startSimulator({ host, port }).catch((error) => {
    throw portTaken(error, port);
  });
  closing.add(() => simulator.stop());
  return simulator.url;
}

async function startLedger(parts: Parts): Promise<Ledger> {
  const { database, bus, effects, closing, secrets: { serviceSecret } } = parts;
  const ledger = await composeLedger({
    serviceSecret,
    shards: 1,
    seed: parts.config.simulated ? "catalogue+simulator" : "catalogue",
    masterKeys: parseMasterKeys(parts.masterKeys),
  }, {
    database,
    bus,
    effects,
    log: parts.logOf("ledger"),
    owner: `embedded-${Deno.pid}-${uuidv7(effects)}`,
    // The lock on the folder says that there is no other process.
    exclusive: true,
    checkpoints: await openCheckpoints(parts),
  });
  closing.add(() => ledger.close());
  await ledger.ready(READY_DEADLINE_MS);
  return ledger;
}

async function openCheckpoints(
  { config: { dataDir, checkpointDirs, unverifiedStart }, effects }: Parts,
): Promise<LedgerCheckpoints> {
  const keyFile = `${dataDir}/checkpoint-key`;
  await ensureCheckpointKey(keyFile, effects.random);
  return {
    keys: readCheckpointKeys(await Deno.readTextFile(keyFile)),
    logName: null,
    intervalMs: CHECKPOINT_INTERVAL_MS,
    places: [...new Set([`${dataDir}/checkpoints`, ...checkpointDirs])].map(createDirectoryPlace),
    unverifiedStart,
  };
}

async function prepareDemo(parts: Parts, { createUser, ...urls }: Urls): Promise<Demo> {
  const { config, effects, secrets } = parts;
  const file = `${config.dataDir}/demo.json`;
  const earlier = await readDemo(file);
  const adminToken = await signAdminToken(secrets.serviceSecret, effects.clock);
  const users = earlier?.users ?? demoUsers(effects.random, DEMO_ACCOUNT_ID);
  for (const user of users) await createUser(user);
  const apiKey = await seedDemo({
    ledgerUrl: urls.ledgerUrl,
    adminToken,
    knownKey: earlier?.apiKey ?? null,
  });
  const demo: Demo = { ...urls, apiKey, accountId: DEMO_ACCOUNT_ID, adminToken, users };
  await writeDemo(file, demo);
  return demo;
}
