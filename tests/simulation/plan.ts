/** What will happen in one simulated world, as data: drawn from a seed, and shrunk when it fails. @module */
import type { EffectName, Phase } from "./conditions.ts";
import { type Seeded, seeded } from "./random.ts";

/** How a provider behaves towards one attempt. */
export type Behaviour =
  | "normal"
  | "refuse"
  | "error"
  | "cut"
  | "stall"
  | "no_usage"
  | "overrun";

/** A client's call. */
export interface CallPlan {
  readonly kind: "call";
  readonly id: string;
  readonly atMs: number;
  readonly edge: number;
  readonly account: number;
  readonly model: number;
  readonly streaming: boolean;
  readonly promptWords: number;
  readonly maxTokens: number | null;
  /** One for each attempt; the last one stays. */
  readonly behaviours: readonly Behaviour[];
  readonly outputTokens: number;
  /** How long the provider takes. */
  readonly forMs: number;
  /** After how many reads the client goes away; null when it stays. */
  readonly goneAfter: number | null;
}

/** What a person does. */
export interface AdminPlan {
  readonly kind: "grant" | "adjust" | "price" | "fx" | "markup" | "open" | "revoke";
  readonly id: string;
  readonly atMs: number;
  readonly account: number;
  readonly amount: number;
  /** Sent again, under the same id, this much later; null when only once. */
  readonly againAfterMs: number | null;
  /** The second time it says something else. */
  readonly conflicting: boolean;
}

/** Something that goes wrong. */
export type FaultPlan =
  & { readonly id: string; readonly atMs: number }
  & (
    | { readonly kind: "kill" | "stop"; readonly process: string }
    | {
      readonly kind: "trap";
      readonly process: string;
      readonly effect: EffectName;
      readonly phase: Phase;
      readonly nth: number;
    }
    | {
      readonly kind: "pause" | "bus_cut" | "store_cut";
      readonly process: string;
      readonly forMs: number;
    }
    | {
      readonly kind: "stall";
      readonly process: string;
      readonly nth: number;
      readonly forMs: number;
    }
    | { readonly kind: "clock"; readonly process: string; readonly byMs: number }
    | {
      readonly kind: "bus_loss" | "bus_double" | "store_loss";
      readonly percent: number;
      readonly forMs: number;
    }
    | {
      readonly kind: "bus_slow" | "store_slow";
      readonly percent: number;
      readonly upToMs: number;
      readonly forMs: number;
    }
    | { readonly kind: "disk_full"; readonly forMs: number }
    | { readonly kind: "wipe" }
  );

/** An operation of the plan. */
export type OperationPlan = CallPlan | AdminPlan;

/** One world. */
export interface Plan {
  readonly seed: string;
  readonly shards: number;
  readonly edges: number;
  /** Credit of each account at the start, in kyat. */
  readonly credits: readonly number[];
  readonly holdTtlMs: number;
  readonly operations: readonly OperationPlan[];
  readonly faults: readonly FaultPlan[];
  /** When everything is put right. */
  readonly healAtMs: number;
}

/** Processes of the ledger. */
export const LEDGERS = ["ledger-a", "ledger-b"] as const;

/** The process of the read models. */
export const READER = "reader";

/** All processes that can fail. */
export function processNames(edges: number): string[] {
  return [...LEDGERS, READER, ...Array.from({ length: edges }, (_, edge) => edgeName(edge))];
}

/** The name of an edge's process. */
export function edgeName(edge: number): string {
  return `edge-${edge + 1}`;
}

const BUSY_MS = 9_000;

/** The world of a seed. */
export function planOf(seed: string): Plan {
  const random = seeded(`plan/${seed}`);
  const edges = random.int(2, 3);
  const credits = [2_000_000, random.int(60, 300), random.int(20, 90)];
  const calls = Array.from(
    { length: random.int(14, 28) },
    (_, index) => drawCall(random, index, edges, credits.length),
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
    holdTtlMs: random.pick([1_500, 3_000, 6_000]),
    operations: [...calls, ...people].sort((one, other) => one.atMs - other.atMs),
    faults: faults.sort((one, other) => one.atMs - other.atMs),
    healAtMs: BUSY_MS + 3_000,
  };
}

function drawCall(random: Seeded, index: number, edges: number, accounts: number): CallPlan {
  const odd = (): Behaviour =>
    random.percent(60)
      ? "normal"
      : random.pick(["refuse", "error", "cut", "stall", "no_usage", "overrun", "overrun"]);
  const streaming = random.percent(60);
  return {
    kind: "call",
    id: `call-${index + 1}`,
    atMs: random.int(0, BUSY_MS),
    edge: random.int(0, edges - 1),
    account: random.int(0, accounts - 1),
    model: random.int(0, 1),
    streaming,
    promptWords: random.int(1, 60),
    maxTokens: random.percent(70) ? random.int(5, 200) : null,
    behaviours: [odd(), odd()],
    outputTokens: random.int(1, 120),
    forMs: random.percent(30) ? random.int(1_000, 8_000) : random.int(1, 400),
    goneAfter: streaming && random.percent(15) ? random.int(1, 4) : null,
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

/** What is left in a plan, in the order in which it begins. */
export function partsOf({ faults, operations }: Plan): (FaultPlan | OperationPlan)[] {
  return [...faults, ...operations].sort((one, other) => one.atMs - other.atMs);
}

/** A part of a plan on one line. */
export function describePart(part: FaultPlan | OperationPlan): string {
  const { id, atMs, kind, ...rest } = part;
  const details = Object.entries(rest).filter(([, value]) => value !== null)
    .map(([name, value]) => `${name} ${Array.isArray(value) ? value.join("+") : value}`);
  return `${`${atMs}`.padStart(6)} ms  ${id.padEnd(9)} ${kind}${
    details.length === 0 ? "" : `: ${details.join(", ")}`
  }`;
}
