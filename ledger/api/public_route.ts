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

const RATE_PER_SECOND = 100;
const BURST = 200;

/** Lets through what a process can serve beside its work: 100 a second, 200 at once. */
export function createRateLimit(clock: Clock): { take(): boolean } {
  let tokens = BURST;
  let atMs = clock.nowMs();
  return {
    take() {
      const nowMs = clock.nowMs();
      tokens = Math.min(BURST, tokens + Math.max(0, nowMs - atMs) * RATE_PER_SECOND / 1_000);
      atMs = nowMs;
      if (tokens < 1) return false;
      tokens -= 1;
      return true;
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
