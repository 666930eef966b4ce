/** Which calls the clients make. @module */
import type { Chance } from "./chance.ts";

/** One call as its client means it. */
export interface CallPlan {
  /** Which API of the gateway is spoken. */
  readonly api: "chat" | "messages";
  readonly model: string;
  /** Whose answer it is when all goes well; another one than `model` where that is a router. */
  readonly servedBy: string;
  /** The client asks again under one idempotency key until it is answered. */
  readonly repeats: boolean;
  readonly content: string;
  readonly stream: boolean;
  /** Whether the stream's last chunk shall carry usage and cost. */
  readonly usageAsked: boolean;
  /** The client's own output limit, or null for the model's. */
  readonly limit: number | null;
  /** The client goes away after so many chunks of a stream; null when it stays. */
  readonly leavesAfterChunks: number | null;
  /** The client goes away after so many milliseconds; null when it stays. */
  readonly leavesAfterMs: number | null;
  /** How long the client takes to read each chunk, in milliseconds. */
  readonly readingMs: number;
}

/** The router that falls back from a model which always fails to one that answers. */
export const CHAIN = { routerId: "chaos-chain", targets: ["sim-500", "gpt-4o-mini"] } as const;

/** How often each model is called, out of all the weights. */
const MODELS: readonly (readonly [model: string, weight: number])[] = [
  ["gpt-4o-mini", 40],
  [CHAIN.routerId, 12],
  ["sim-echo", 14],
  ["sim-paced", 14],
  ["sim-usage-every-chunk", 6],
  ["sim-no-usage", 6],
  ["sim-cut", 4],
  ["sim-garbage", 3],
  ["sim-stream-error", 3],
  ["sim-stall", 2],
  ["sim-slow-first-byte", 1],
  ["sim-400", 1],
  ["sim-401", 1],
  ["sim-404", 1],
  ["sim-429", 1],
  ["sim-500", 1],
  ["sim-529", 1],
  ["sim-wrong-content-type", 1],
];

const WORDS = ["tea", "Mingalaba", "kyat", "ledger", "မင်္ဂလာပါ", "?!", "42", "rain", "\n", "ကျေးဇူး"];

/** Plans a call. */
export function planCall(chance: Chance): CallPlan {
  const model = pickModel(chance);
  const stream = chance.happens(0.6);
  // Each character beyond letters is a token: a paced answer of many lasts long enough for progress.
  const content = chance.happens(0.15)
    ? "!".repeat(chance.int(100, 380))
    : Array.from({ length: chance.int(1, 30) }, () => chance.pick(WORDS)).join(" ");
  const leaves = chance.happens(0.12);
  const api = chance.happens(0.25) ? "messages" : "chat";
  const limit = chance.happens(0.3) ? chance.int(1, 80) : null;
  return {
    api,
    model,
    servedBy: model === CHAIN.routerId ? CHAIN.targets[1] : model,
    repeats: chance.happens(0.3),
    content,
    stream,
    usageAsked: api === "chat" && stream && chance.happens(0.5),
    // The messages API has no call without a limit.
    limit: limit ?? (api === "messages" ? MESSAGES_LIMIT : null),
    leavesAfterChunks: leaves && stream ? chance.int(1, 12) : null,
    leavesAfterMs: leaves && !stream ? chance.int(1, 300) : null,
    readingMs: chance.happens(0.05) ? chance.int(5, 40) : 0,
  };
}

const MESSAGES_LIMIT = 600;

function pickModel(chance: Chance): string {
  const total = MODELS.reduce((sum, [, weight]) => sum + weight, 0);
  let ticket = chance.int(1, total);
  for (const [model, weight] of MODELS) {
    ticket -= weight;
    if (ticket <= 0) return model;
  }
  throw new Error("the weights do not add up");
}
