/** The processes of a world: started, killed, started again. @module */
import { createShardRunner, type ShardRunner } from "../../ledger/shard_runner.ts";
import { ledgerDomain } from "../../ledger/shard/mod.ts";
import { createMemoryEventStore, type MemoryTables } from "../../ledger/store/memory/mod.ts";
import { composeProxy, type Proxy } from "../../proxy/compose.ts";
import type { ProxyConfig } from "../../proxy/config.ts";
import { profileOf } from "../../proxy/upstream/mod.ts";
import type { Runner } from "../../projections/runner/mod.ts";
import type { Log } from "../../shared/log.ts";
import type { MasterKeys } from "../../shared/routing/mod.ts";
import type { Broker } from "./bus.ts";
import type { Conditions } from "./conditions.ts";
import { type Evidence, objectOf, witnessStore } from "./evidence.ts";
import type { Mutant } from "./mutant.ts";
import { type Plan, processNames, READER } from "./plan.ts";
import { createProcess, type Process } from "./process.ts";
import type { Seeded } from "./random.ts";
import type { ReadTables } from "./read_models/database.ts";
import { createReader } from "./read_models/reader.ts";
import type { Scheduler } from "./scheduler.ts";
import { callStore, createStoreClient } from "./store.ts";
import type { Upstream } from "./upstream.ts";

/** Signs what people send. */
export const SERVICE_SECRET = "a-secret-of-at-least-32-characters!";

/** What opens the providers' keys at the edges. */
export const MASTER_KEYS: MasterKeys = [{ id: "simulated", bytes: new Uint8Array(32).fill(7) }];

/** A process with what runs in it. */
export interface Machine {
  readonly name: string;
  process: Process;
  /** Of an edge, once it has started. */
  proxy: Proxy | null;
  /** Of a ledger, one for each shard. */
  runners: ShardRunner[];
  /** Of the process that keeps read models. */
  reader: Runner | null;
  /** It is being closed in good order. */
  closing: boolean;
  /** How often it was started. */
  starts: number;
}

/** What machines are built of. */
export interface MachineOptions {
  readonly plan: Plan;
  readonly mutant: Mutant | null;
  readonly random: Seeded;
  readonly scheduler: Scheduler;
  readonly conditions: Conditions;
  readonly broker: Broker;
  readonly tables: MemoryTables;
  readonly readTables: ReadTables;
  readonly database: Process;
  readonly supervisor: Process;
  readonly upstream: Upstream;
  readonly evidence: Evidence;
}

/** Starts all machines; each that dies is started again after a while. */
export function startMachines(options: MachineOptions): Machine[] {
  const { plan, scheduler, supervisor } = options;
  return processNames(plan.edges).map((name) => {
    const machine: Machine = {
      name,
      process: supervisor,
      proxy: null,
      runners: [],
      reader: null,
      closing: false,
      starts: 0,
    };
    const start = () => {
      machine.starts += 1;
      const life = `${name}#${machine.starts}`;
      const skewMs = machine.starts === 1 ? 0 : machine.process.skewMs;
      const process = createProcess(name, scheduler, options.random.fork(life));
      process.skewMs = skewMs;
      machine.process = process;
      machine.proxy = null;
      machine.runners = [];
      machine.reader = null;
      machine.closing = false;
      process.onDeath(() => {
        scheduler.note(`${life} died`);
        const restMs = options.random.fork(`${life}/rest`).int(100, 2_500);
        scheduler.at(restMs * 1_000, { actor: supervisor, label: `start ${name}`, task: start });
      });
      scheduler.note(`${life} starts`);
      if (name.startsWith("edge")) startEdge(machine, life, options);
      else if (name === READER) startReader(machine, life, options);
      else startLedger(machine, life, options);
    };
    start();
    return machine;
  });
}

function startLedger(machine: Machine, owner: string, options: MachineOptions): void {
  const { plan, mutant, scheduler, conditions, broker, tables, database, evidence } = options;
  const { process } = machine;
  const tools = { process, scheduler, tables };
  const real = createMemoryEventStore(tables, database.effects.clock);
  const store = witnessStore(mutant?.store?.(real, tools) ?? real, evidence);
  const bus = broker.connect(process);
  const network = { process, scheduler, conditions, server: database };
  for (let shard = 0; shard < plan.shards; shard++) {
    const runner = createShardRunner({
      place: { shard, shards: plan.shards },
      seed: "none",
      serviceSecret: SERVICE_SECRET,
      exclusive: false,
      owner,
      store: createStoreClient(store, network),
      domain: mutant?.domain?.(ledgerDomain, tools) ?? ledgerDomain,
      receipts: () => Promise.resolve(null),
      checkpointing: null,
      deadLetters: {
        keep: ({ message }, { reason }) =>
          callStore("query", () => {
            evidence.deadLetters.push({ message: objectOf(message), reason });
            return Promise.resolve();
          }, network),
        count: () => Promise.resolve(evidence.deadLetters.length),
      },
      bus: mutant?.bus?.(bus, tools) ?? bus,
      effects: process.effects,
      log: logOf(owner, options),
    });
    machine.runners.push(runner);
    runner.start();
  }
}

function startEdge(machine: Machine, life: string, options: MachineOptions): void {
  const { mutant, scheduler, broker, tables, upstream, plan } = options;
  const { process } = machine;
  const bus = broker.connect(process);
  composeProxy(proxyConfig(plan), {
    bus: Object.assign(mutant?.bus?.(bus, { process, scheduler, tables }) ?? bus, {
      readKept: bus.readKept,
    }),
    effects: process.effects,
    fetch: upstream.fetchOf(process),
    log: logOf(life, options),
  }).then((proxy) => {
    machine.proxy = proxy;
  }, () => process.kill());
}

function startReader(machine: Machine, life: string, options: MachineOptions): void {
  const { plan, mutant, scheduler, conditions, broker, tables, readTables, database } = options;
  const { process } = machine;
  const reader = createReader({
    shards: plan.shards,
    tables: readTables,
    ledger: tables,
    network: { process, scheduler, conditions, server: database },
    looseCheckpoints: mutant?.looseCheckpoints ?? false,
    bus: broker.connect(process),
    log: logOf(life, options),
  });
  reader.start().then(() => {
    machine.reader = reader;
  }, () => process.kill());
}

function proxyConfig(plan: Plan): ProxyConfig {
  const profile = profileOf("openai_compatible");
  if (profile === undefined) throw new Error("there is no profile openai_compatible");
  const target = (name: string, onClientGone: "cancel" | "drain") => ({
    name,
    profile: { ...profile, onClientGone },
    baseUrl: `https://${name}.example/v1`,
    apiKey: null,
    models: null,
    simulated: true,
  });
  return {
    hostname: "edge",
    port: 0,
    natsUrl: null,
    edgeId: null,
    shards: plan.shards,
    targets: [target("alpha", "cancel"), target("beta", "drain")],
    limits: {
      bodyBytes: 1_000_000,
      bodyMs: 3_000,
      headerBytes: 32_768,
      firstByteMs: 3_000,
      wholeMs: 3_000,
      idleMs: 3_000,
      totalMs: 10_000,
      answerBytes: 1_000_000,
    },
    admission: { openCalls: 100, openCallsPerKey: 100 },
    drainMs: 40_000,
    costWaitMs: 250,
    holdTtlMs: plan.holdTtlMs,
    attempts: { ...plan.attempts, retryDelayMs: 250 },
    trustForwarded: false,
    environmentKeys: new Map(),
    masterKeys: MASTER_KEYS,
    freeWorkersAi: null,
    dailyNeurons: 10_000,
  };
}

/** Mistakes of the program; the rest of what is logged as an error are the faults of the world. */
const UNEXPECTED: ReadonlySet<string> = new Set([
  "writer_log_damaged",
  "writer_decision_failed",
  "writer_batch_refused",
  "writer_on_committed_failed",
  "settlement_lost",
  "settlement_result_not_understood",
  "meter_message_unreadable",
  "projection_paused",
  "request_failed",
  "stream_fault",
]);

function logOf(life: string, { scheduler, evidence }: MachineOptions): Log {
  return {
    info(event, fields) {
      if (event === "writer_role") scheduler.note(`${life} is ${fields?.role} of ${fields?.shard}`);
    },
    warn: () => {},
    error(event, fields) {
      const { error, reason, message } = fields ?? {};
      const what = String(error ?? reason ?? message ?? "");
      scheduler.note(`${life} logs ${event}: ${what}`);
      if (UNEXPECTED.has(event)) evidence.errors.push({ process: life, event, what });
    },
  };
}
