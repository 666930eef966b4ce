/** What goes wrong: each fault breaks something, waits, and heals it. @module */
import postgres from "postgres";
import type { RoomProcess } from "../cluster/mod.ts";
import type { Chance } from "./chance.ts";
import type { Relay } from "./relay.ts";
import type { Surroundings } from "./surroundings.ts";

/** The kinds of faults, in the order in which a report lists them. */
export const FAULT_KINDS = [
  "kill proxy",
  "kill ledger",
  "kill both ledgers",
  "kill projections",
  "kill nats-server",
  "kill postgres",
  "kill simulator",
  "stop ledger",
  "stop proxy",
  "terminate backends",
  "drop connections",
  "stall connections",
  "refuse connections",
  "fill disk",
] as const;

/** The name of a kind of fault. */
export type FaultKind = typeof FAULT_KINDS[number];

/** One fault, ready to happen. */
export interface Fault {
  readonly kind: FaultKind;
  /** What it hits, which nothing else may hit at the same time. */
  readonly target: string;
  /** Breaks and heals; resolves once the target serves again. */
  run(): Promise<void>;
}

/** What making a fault takes. */
export interface FaultContext {
  readonly surroundings: Surroundings;
  readonly chance: Chance;
  /** Told of the death of a proxy, as of now. */
  readonly onEdgeDeath: (edgeId: string) => void;
}

/** The kinds that are possible here. */
export function possibleKinds({ disk }: Surroundings): readonly FaultKind[] {
  return FAULT_KINDS.filter((kind) => kind !== "fill disk" || disk !== null);
}

/** Chooses the target and the length of a fault. */
export function createFault(kind: FaultKind, context: FaultContext): Fault {
  const { surroundings, chance } = context;
  const { processes } = surroundings.cluster;
  const downMs = chance.int(0, 2_500);
  const fault = (target: string, run: () => Promise<void>): Fault => ({ kind, target, run });
  switch (kind) {
    case "kill proxy": {
      const edge = chance.pick(surroundings.edges);
      return fault(edge.process.name, async () => {
        await edge.process.kill();
        context.onEdgeDeath(edge.edgeId);
        await pause(downMs);
        await revive(edge.process);
      });
    }
    case "kill ledger":
      return fault("ledger", async () => await killed(await ownerOf(surroundings), downMs));
    case "kill both ledgers":
      return fault("ledger", async () => {
        await Promise.all([
          killed(processes.ledger, downMs),
          killed(processes["ledger-standby"], downMs),
        ]);
      });
    case "kill projections":
    case "kill simulator": {
      const name = kind === "kill simulator" ? "simulator" : "projections";
      return fault(name, () => killed(processes[name], downMs));
    }
    case "kill nats-server":
    case "kill postgres": {
      const name = kind === "kill postgres" ? "postgres" : "nats";
      return fault(name, async () => {
        await surroundings[name].kill();
        await pause(downMs);
        await surroundings[name].restart();
      });
    }
    case "stop ledger":
      // A lease lasts two seconds: the standby takes over, and the owner wakes up as a zombie.
      return fault(
        "ledger",
        async () => await stopped(await ownerOf(surroundings), chance.int(3_000, 6_000)),
      );
    case "stop proxy": {
      const { process } = chance.pick(surroundings.edges);
      return fault(process.name, () => stopped(process, chance.int(500, 8_000)));
    }
    case "terminate backends":
      return fault("backends", () => terminateBackends(surroundings.databaseUrl, chance));
    case "drop connections": {
      const relay = chance.pick(surroundings.relays);
      return fault(relay.name, async () => {
        for (let times = chance.int(1, 3); times > 0; times--) {
          relay.drop();
          await pause(chance.int(50, 700));
        }
      });
    }
    case "stall connections":
      return brokenLink(fault, chance.pick(surroundings.relays), "stalled", chance);
    case "refuse connections":
      return brokenLink(fault, chance.pick(surroundings.relays), "refusing", chance);
    case "fill disk":
      return fault("postgres", () => fillDisk(surroundings, chance.int(1_500, 4_000)));
    default:
      return kind satisfies never;
  }
}

function brokenLink(
  fault: (target: string, run: () => Promise<void>) => Fault,
  relay: Relay,
  mode: "stalled" | "refusing",
  chance: Chance,
): Fault {
  const forMs = chance.int(500, 6_000);
  // What was stalled either goes on, late, or is lost.
  const dropped = mode === "refusing" || chance.happens(0.5);
  return fault(relay.name, async () => {
    relay.setMode(mode);
    if (mode === "refusing") relay.drop();
    await pause(forMs);
    if (dropped) relay.drop();
    relay.setMode("open");
  });
}

async function killed(process: RoomProcess, downMs: number): Promise<void> {
  await process.kill();
  await pause(downMs);
  await revive(process);
}

async function stopped(process: RoomProcess, forMs: number): Promise<void> {
  process.signal("SIGSTOP");
  await pause(forMs);
  process.signal("SIGCONT");
}

const reviving = new WeakMap<RoomProcess, Promise<void>>();

/** Starts a process until it is healthy: while other faults last, a start may fail. */
export function revive(process: RoomProcess): Promise<void> {
  const started = reviving.get(process) ??
    startPatiently(process).finally(() => reviving.delete(process));
  reviving.set(process, started);
  return started;
}

/** Whether a process is being started at this moment. */
export function isReviving(process: RoomProcess): boolean {
  return reviving.has(process);
}

async function startPatiently(process: RoomProcess): Promise<void> {
  let problem: unknown;
  for (let attempt = 0; attempt < 5; attempt++) {
    try {
      if (process.pid === null) await process.start();
      return;
    } catch (error) {
      problem = error;
    }
  }
  throw problem;
}

/** The ledger process that owns the shard, or the first one when neither says so. */
async function ownerOf({ cluster: { processes } }: Surroundings): Promise<RoomProcess> {
  const standby = processes["ledger-standby"];
  try {
    const signal = AbortSignal.timeout(1_000);
    const health = await (await fetch(`${standby.url}/health`, { signal })).json();
    return health.shards?.[0]?.role === "owner" ? standby : processes.ledger;
  } catch {
    return processes.ledger;
  }
}

async function terminateBackends(databaseUrl: string, chance: Chance): Promise<void> {
  const sql = postgres(databaseUrl, { max: 1, connect_timeout: 2, onnotice: () => {} });
  try {
    for (let times = chance.int(1, 4); times > 0; times--) {
      await sql`
        select pg_terminate_backend(pid) from pg_stat_activity
        where datname = current_database() and pid <> pg_backend_pid()`;
      await pause(chance.int(50, 600));
    }
  } catch {
    // Another fault has taken the server away.
  } finally {
    await sql.end({ timeout: 1 });
  }
}

async function fillDisk({ disk, postgres: server, databaseUrl }: Surroundings, forMs: number) {
  await disk!.fill();
  await pause(forMs);
  await disk!.relieve();
  await untilAnswers(databaseUrl).catch(() => server.restart());
}

/** A server that found no room may need its operator: throws when it does not come back by itself. */
async function untilAnswers(databaseUrl: string): Promise<void> {
  const until = performance.now() + 5_000;
  while (true) {
    const sql = postgres(databaseUrl, { max: 1, connect_timeout: 1, onnotice: () => {} });
    try {
      await sql`select 1`;
      return;
    } catch (error) {
      if (performance.now() > until) throw error;
    } finally {
      await sql.end({ timeout: 1 });
    }
    await pause(100);
  }
}

/** Resolves after `ms` milliseconds. */
export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
