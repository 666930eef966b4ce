/** Tells followers of alerts what changes: one query for all of them. @module */
import type { Timers } from "../../../shared/effects.ts";
import type { Log } from "../../../shared/log.ts";
import type { AlertRow } from "../../../shared/read_api/mod.ts";
import { createRepeat } from "../repeat.ts";
import { createFollower, type Follower } from "./follower.ts";

/** What a hub works with. */
export interface AlertHubOptions {
  /** The alerts whose newest change comes after one, in the order of changes, at most `limit`. */
  changedAfter(change: bigint, limit: number): Promise<readonly AlertRow[]>;
  /** The alerts that are open, in the order of changes. */
  open(): Promise<readonly AlertRow[]>;
  /** The newest change of any alert; 0 before the first. */
  newest(): Promise<bigint>;
  readonly timers: Timers;
  readonly log: Log;
  /** Most followers at once; 1,000 when absent. */
  readonly maxFollowers?: number;
  /** Most followers of one account at once; 20 when absent. */
  readonly maxFollowersPerAccount?: number;
  /** How often it looks without being woken, in milliseconds; 1,000 when absent. */
  readonly pollMs?: number;
}

/** Whom a stream is for. */
export interface Following {
  /** Null: alerts of everybody. */
  readonly accountId: string | null;
  /** The last change that the client has seen, or null to begin with what is open. */
  readonly after: bigint | null;
}

/** The hub. */
export interface AlertHub {
  /**
   * A response that streams alerts. It ends when the client cancels, goes away or reads too slowly,
   * after 15 minutes (the client connects again, with a fresh token), or with the hub.
   * 429 when the account has too many followers already, 503 when the hub has.
   */
  follow(following: Following): Response;
  /** Looks for changes now. */
  wake(): void;
  /** Ends all streams; idempotent. */
  close(): Promise<void>;
}

const PAGE = 500;

/** A hub without followers; it reads only while it has some. */
export function createAlertHub(options: AlertHubOptions): AlertHub {
  const { timers, log } = options;
  const followers = new Set<Follower>();

  const begin = async (follower: Follower) => {
    if (follower.after !== null) return follower.begin([], follower.after);
    // The position first: what changes in between is told twice, not never.
    const newest = await options.newest();
    follower.begin(await options.open(), newest);
  };
  const look = async () => {
    for (const follower of followers) if (!follower.begun) await begin(follower);
    const positions = [...followers].filter(({ begun }) => begun).map(({ reached }) => reached);
    if (positions.length === 0) return;
    let seen = positions.reduce((least, each) => each < least ? each : least);
    while (followers.size > 0) {
      const rows = await options.changedAfter(seen, PAGE);
      for (const row of rows) for (const follower of followers) follower.show(row);
      const last = rows.at(-1);
      if (last === undefined) return;
      seen = BigInt(last.change);
      for (const follower of followers) follower.reach(seen);
    }
  };
  const loop = createRepeat(async () => {
    try {
      await look();
    } catch (error) {
      log.warn("live_alerts_failed", { reason: String(error) });
    }
  });
  const poll = timers.every(options.pollMs ?? 1_000, loop.wake);
  let closed = false;
  return {
    follow({ accountId, after }) {
      if (closed || followers.size >= (options.maxFollowers ?? 1_000)) return refused(503, "here");
      const own = [...followers].filter((each) => each.accountId === accountId).length;
      const mostOwn = accountId === null ? Infinity : options.maxFollowersPerAccount ?? 20;
      if (own >= mostOwn) return refused(429, `of ${accountId}`);
      const follower = createFollower({ accountId, after }, timers, () => {
        followers.delete(follower);
      });
      followers.add(follower);
      loop.wake();
      return new Response(follower.body, {
        headers: { "content-type": "text/event-stream", "cache-control": "no-store" },
      });
    },
    wake: loop.wake,
    async close() {
      closed = true;
      poll.cancel();
      for (const follower of [...followers]) follower.end();
      await loop.stop();
    },
  };
}

function refused(status: 429 | 503, where: string): Response {
  const message = `too many live alerts ${where} are open: close some, or try again later`;
  return Response.json({ error: { code: "too_many_requests", message, param: null } }, {
    status,
    headers: { "retry-after": "5", "cache-control": "no-store" },
  });
}
