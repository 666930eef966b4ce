/** What will happen in one simulated world, as data. @module */
import type { EffectName, Phase } from "./conditions.ts";

/** How a provider behaves towards one attempt. */
export type Behaviour =
  | "normal"
  | "refuse"
  | "error"
  | "busy"
  | "denied"
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
  /** How the client asks again; when it does at all, all of it is under one idempotency key. */
  readonly again: readonly AgainPlan[];
}

/** A repetition of a call by its client. */
export interface AgainPlan {
  readonly edge: number;
  /** From the end of the time before. */
  readonly afterMs: number;
  /** It asks even when it was answered well. */
  readonly insists: boolean;
  /** It asks for something else, under the same key. */
  readonly changed: boolean;
}

/** The limits of a plan for sale; null: unlimited. */
export interface LimitsPlan {
  readonly requestsPerMinute: number | null;
  readonly tokensPerMinute: number | null;
  readonly requestsPerDay: number | null;
  readonly tokensPerMonth: number | null;
  readonly concurrentRequests: number | null;
}

/** What a person does. */
export interface AdminPlan {
  readonly kind:
    | "grant"
    | "adjust"
    | "price"
    | "fx"
    | "markup"
    | "fee"
    | "plan"
    | "open"
    | "revoke";
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
  /** How edges try a call more than once. */
  readonly attempts: { readonly retries: number; readonly hedgeAfterMs: number };
  /** Plans for sale, and which of them each account has from the start; null: none. */
  readonly limits: readonly LimitsPlan[];
  readonly assigned: readonly (number | null)[];
  /** The account that brings its own key for the first provider; null: nobody. */
  readonly ownKeyOf: number | null;
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

/** What is left in a plan, in the order in which it begins. */
export function partsOf({ faults, operations }: Plan): (FaultPlan | OperationPlan)[] {
  return [...faults, ...operations].sort((one, other) => one.atMs - other.atMs);
}

/** A part of a plan on one line. */
export function describePart(part: FaultPlan | OperationPlan): string {
  const { id, atMs, kind, ...rest } = part;
  const details = Object.entries(rest).filter(([, value]) => value !== null)
    .map(([name, value]) => `${name} ${textOf(value)}`);
  return `${`${atMs}`.padStart(6)} ms  ${id.padEnd(9)} ${kind}${
    details.length === 0 ? "" : `: ${details.join(", ")}`
  }`;
}

function textOf(value: unknown): string {
  if (!Array.isArray(value)) return `${value}`;
  return value.map((one) => typeof one === "object" ? JSON.stringify(one) : `${one}`).join("+");
}
