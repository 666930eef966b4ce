/** Drawing the plan of a world from its seed. @module */
import {
  type AdminPlan,
  type AgainPlan,
  type Behaviour,
  type CallPlan,
  type FaultPlan,
  LEDGERS,
  type LimitsPlan,
  type Plan,
  processNames,
  READER,
} from "./plan.ts";
import { MODEL_NAMES } from "./people.ts";
import { type Seeded, seeded } from "./random.ts";

const BUSY_MS = 9_000;

/** The world of a seed. */
export function planOf(seed: string): Plan {
  const random = seeded(`plan/${seed}`);
  const edges = random.int(2, 3);
  const credits = [2_000_000, random.int(60, 300), random.int(40, 120)];
  // In some worlds providers are slow and say more than they were asked for, so that holds run out.
  const lavish = random.percent(20);
  const calls = Array.from(
    { length: random.int(14, 28) },
    (_, index) => drawCall(random, { index, edges, accounts: credits.length, lavish }),
  );
  const people = Array.from(
    { length: random.int(3, 7) },
    (_, index) => drawAdmin(random, index, credits.length),
  );
  const processes = processNames(edges);
  // One world in ten is calm.
  const count = random.percent(6) ? 0 : random.int(2, 8);
  const faults = Array.from({ length: count }, (_, index) => drawFault(random, index, processes));
  return {
    seed,
    shards: random.percent(15) ? 2 : 1,
    edges,
    credits,
    holdTtlMs: lavish ? 1_500 : random.pick([1_500, 3_000, 6_000]),
    attempts: { retries: random.pick([0, 0, 1, 2]), hedgeAfterMs: random.pick([0, 0, 20, 300]) },
    limits: [drawLimits(random), drawLimits(random)],
    // The first account stays free of limits, for the calls at the end.
    assigned: credits.map((_, account) =>
      account > 0 && random.percent(25) ? random.int(0, 1) : null
    ),
    ownKeyOf: random.percent(60) ? random.int(0, credits.length - 1) : null,
    operations: [...calls, ...people].sort((one, other) => one.atMs - other.atMs),
    faults: faults.sort((one, other) => one.atMs - other.atMs),
    healAtMs: BUSY_MS + 3_000,
  };
}

function drawCall(
  random: Seeded,
  { index, edges, accounts, lavish }: {
    readonly index: number;
    readonly edges: number;
    readonly accounts: number;
    readonly lavish: boolean;
  },
): CallPlan {
  const odd = () => lavish && random.percent(60) ? "overrun" : drawBehaviour(random);
  const streaming = random.percent(60);
  return {
    kind: "call",
    id: `call-${index + 1}`,
    atMs: random.int(0, BUSY_MS),
    edge: random.int(0, edges - 1),
    account: random.int(0, accounts - 1),
    model: random.int(0, MODEL_NAMES.length - 1),
    streaming,
    promptWords: random.int(1, 60),
    maxTokens: random.percent(70) ? random.int(5, 200) : null,
    behaviours: [odd(), odd(), odd()],
    outputTokens: random.int(1, 120),
    forMs: random.percent(lavish ? 60 : 30) ? random.int(1_000, 8_000) : random.int(1, 400),
    goneAfter: streaming && random.percent(15) ? random.int(1, 4) : null,
    again: random.percent(35) ? drawAgain(random, edges) : [],
  };
}

function drawBehaviour(random: Seeded): Behaviour {
  return random.percent(60) ? "normal" : random.pick([
    "refuse",
    "error",
    "busy",
    "denied",
    "cut",
    "stall",
    "no_usage",
    "overrun",
    "overrun",
  ]);
}

function drawAgain(random: Seeded, edges: number): AgainPlan[] {
  return Array.from({ length: random.int(1, 3) }, () => ({
    edge: random.int(0, edges - 1),
    afterMs: random.int(1, 1_500),
    insists: random.percent(40),
    changed: random.percent(8),
  }));
}

function drawLimits(random: Seeded): LimitsPlan {
  const some = (least: number, most: number) => random.percent(50) ? random.int(least, most) : null;
  return {
    requestsPerMinute: some(1, 8),
    tokensPerMinute: some(200, 3_000),
    requestsPerDay: some(1, 8),
    tokensPerMonth: some(200, 3_000),
    concurrentRequests: some(1, 2),
  };
}

function drawAdmin(random: Seeded, index: number, accounts: number): AdminPlan {
  const kind = random.pick(
    [
      "grant",
      "grant",
      "grant",
      "adjust",
      "adjust",
      "price",
      "fx",
      "markup",
      "fee",
      "plan",
      "plan",
      "open",
      "revoke",
    ] as const,
  );
  return {
    kind,
    id: `${kind}-${index + 1}`,
    atMs: random.int(0, BUSY_MS),
    // One that does not exist at the start as well.
    account: random.int(0, accounts),
    amount: random.int(1, 500),
    againAfterMs: random.percent(60) ? random.int(0, 9_000) : null,
    conflicting: random.percent(20),
  };
}

function drawFault(random: Seeded, index: number, processes: readonly string[]): FaultPlan {
  const at = { id: `fault-${index + 1}`, atMs: random.int(0, BUSY_MS) };
  const anyone = () => random.pick(processes);
  const forMs = random.int(200, 5_000);
  const percent = random.int(10, 60);
  switch (random.int(0, 18)) {
    case 0:
      return { ...at, kind: "kill", process: anyone() };
    case 1:
      return { ...at, kind: "stop", process: anyone() };
    case 2:
    case 3:
    case 4:
    case 5:
      return { ...at, kind: "trap", ...drawTrap(random, processes) };
    case 6:
      return { ...at, kind: "pause", process: anyone(), forMs };
    case 7:
      return { ...at, kind: "bus_cut", process: anyone(), forMs: forMs * 2 };
    case 8:
      return { ...at, kind: "store_cut", process: random.pick([...LEDGERS, READER]), forMs };
    case 9: {
      const process = random.pick([...processes, ...LEDGERS, "database"]);
      return { ...at, kind: "clock", process, byMs: random.int(-8_000, 8_000) };
    }
    case 10:
      return { ...at, kind: "bus_loss", percent, forMs };
    case 11:
      return { ...at, kind: "bus_double", percent, forMs };
    case 12:
      return { ...at, kind: "store_loss", percent, forMs };
    case 13:
      return { ...at, kind: "bus_slow", percent, upToMs: random.int(100, 5_000), forMs };
    case 14:
      return { ...at, kind: "store_slow", percent, upToMs: random.int(100, 14_000), forMs };
    case 15:
      return { ...at, kind: "disk_full", forMs };
    case 16:
    case 17: {
      // About as long as a lease, so that it arrives when another may own the shard.
      const [process, nth] = [random.pick(LEDGERS), random.int(1, 4)];
      return { ...at, kind: "stall", process, nth, forMs: random.int(1_800, 3_000) };
    }
    default:
      return { ...at, kind: "wipe" };
  }
}

function drawTrap(random: Seeded, processes: readonly string[]) {
  const phase = random.pick(["issued", "done", "answered"] as const);
  const nth = random.int(1, 6);
  if (random.percent(60)) {
    const effect = random.pick(["append", "append", "store", "respond", "deliver"] as const);
    return { process: random.pick(LEDGERS), effect, phase, nth };
  }
  if (random.percent(30)) return { process: READER, effect: "store" as const, phase, nth: nth * 3 };
  const edges = processes.filter((name) => name.startsWith("edge"));
  return {
    process: random.pick(edges),
    effect: random.pick(["publish", "request"] as const),
    phase,
    nth,
  };
}
