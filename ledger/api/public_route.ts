/** Routes that anybody may read, without a sign-in: bounded, cached, and limited in their rate. @module */
import type { z } from "zod";
import type { Clock } from "../../shared/effects.ts";
import type { JsonObject } from "../../shared/json.ts";
import type { CheckpointReader } from "../checkpoint/mod.ts";
import { type Answer, problem } from "./answer.ts";

/** How long an answer stays true: `immutable` is for ever. */
export type Freshness = "one_second" | "immutable";

/** A good answer; text is served as such, an object as JSON. */
export interface PublicAnswer {
  readonly body: string | JsonObject;
  readonly freshness: Freshness;
}

/** What public routes read. */
export interface PublicContext {
  /** Null where no checkpoints are signed. */
  readonly checkpoints: CheckpointReader | null;
}

/** The parameters of a call. */
export interface PublicCall {
  readonly params: Readonly<Record<string, string>>;
  readonly query: Readonly<Record<string, string>>;
}

/** One public route, as plain data. */
export interface PublicRoute {
  readonly method: "get";
  /** In OpenAPI's form, such as `/checkpoints/{shard}/latest`. */
  readonly path: string;
  /** Said in the place where other routes name what they need. */
  readonly permission: "public";
  readonly summary: string;
  readonly description: string;
  readonly query: z.ZodObject | null;
  readonly contentType: "text/plain" | "application/json";
  readonly result: z.ZodType;
  handle(call: PublicCall, context: PublicContext): Promise<PublicAnswer | Answer>;
}

/** Who is at the other end of a connection, as the server that took it says. */
export interface Caller {
  readonly remoteAddr: { readonly hostname?: string };
}

const EACH = { perSecond: 100, burst: 200 } as const;
const ALL = { perSecond: 1_000, burst: 2_000 } as const;
const MOST_ADDRESSES = 10_000;

interface Bucket {
  take(): boolean;
}

function createBucket(
  clock: Clock,
  { perSecond, burst }: { readonly perSecond: number; readonly burst: number },
): Bucket {
  let tokens = burst;
  let atMs = clock.nowMs();
  return {
    take() {
      const nowMs = clock.nowMs();
      tokens = Math.min(burst, tokens + Math.max(0, nowMs - atMs) * perSecond / 1_000);
      atMs = nowMs;
      if (tokens < 1) return false;
      tokens -= 1;
      return true;
    },
  };
}

/**
 * Lets through what a process can serve beside its work: 100 a second and 200 at once from each
 * address, and ten times as much in all. Of 10,000 addresses the one that was away longest goes.
 */
export function createRateLimit(clock: Clock): { take(address: string): boolean } {
  const all = createBucket(clock, ALL);
  const each = new Map<string, Bucket>();
  return {
    take(address) {
      const bucket = each.get(address) ?? createBucket(clock, EACH);
      each.delete(address);
      each.set(address, bucket);
      if (each.size > MOST_ADDRESSES) each.delete(each.keys().next().value!);
      return bucket.take() && all.take();
    },
  };
}

/** The answer to whoever comes when too many came. */
export function tooMany(): Answer {
  const message = "too many read at once: try again in a second";
  return problem("too_many_requests", message, { retryAfterMs: 1_000 });
}

/** A public answer as a response; pages of other origins may read it. */
export function publicResponse({ body, freshness }: PublicAnswer): Response {
  const headers = new Headers({
    "cache-control": freshness === "immutable"
      ? "public, max-age=31536000, immutable"
      : "public, max-age=1",
    "access-control-allow-origin": "*",
    "content-type": typeof body === "string" ? "text/plain; charset=utf-8" : "application/json",
    "x-content-type-options": "nosniff",
  });
  return new Response(typeof body === "string" ? body : JSON.stringify(body), { headers });
}
