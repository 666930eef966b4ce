/** Tells followers of an account when its row changes: one query for all of them. @module */
import type { TimerHandle, Timers } from "../../shared/effects.ts";
import { stringifyWithBigint } from "../../shared/json.ts";
import type { Log } from "../../shared/log.ts";

/** An account's row and the position that it reflects. */
export interface LiveState {
  readonly position: bigint;
  readonly item: { readonly accountId: string };
}

/** What a hub works with. */
export interface LiveHubOptions {
  /** The rows of these accounts; missing ones are left out. */
  readonly read: (accountIds: readonly string[]) => Promise<readonly LiveState[]>;
  readonly timers: Timers;
  readonly log: Log;
  /** Most followers at once; 1,000 when absent. */
  readonly maxFollowers?: number;
  /** Most followers of one account at once, so that none shuts the others out; 20 when absent. */
  readonly maxFollowersPerAccount?: number;
  /** How often it looks without being woken, in milliseconds; 500 when absent. */
  readonly pollMs?: number;
}

/** The hub. */
export interface LiveHub {
  /**
   * A response that streams the account's row. It ends when the client cancels or goes away, after
   * 15 minutes (the client connects again, with a fresh token), or with the hub.
   * 429 when the account has too many followers already, 503 when the hub has.
   */
  follow(accountId: string): Response;
  /** Looks for changes now. */
  wake(): void;
  /** Ends all streams; idempotent. */
  close(): Promise<void>;
}

/** How often a comment shows that the stream is alive, in milliseconds. */
export const HEARTBEAT_MS = 15_000;
const LONGEST_STREAM_MS = 15 * 60_000;

/** A hub without followers; it reads only while it has some. */
export function createLiveHub(options: LiveHubOptions): LiveHub {
  const { timers } = options;
  const followers = new Set<Follower>();
  let looking: Promise<void> | null = null;
  let again = false;
  let closed = false;

  const look = async () => {
    const wanted = [...new Set([...followers].map(({ accountId }) => accountId))];
    if (wanted.length === 0) return;
    const states = new Map(
      (await options.read(wanted)).map((state) => [state.item.accountId, state]),
    );
    for (const follower of followers) {
      const state = states.get(follower.accountId);
      if (state !== undefined) follower.show(state);
    }
  };
  const wake = () => {
    if (closed) return;
    again = true;
    looking ??= (async () => {
      while (again && !closed) {
        again = false;
        try {
          await look();
        } catch (error) {
          options.log.warn("live_read_failed", { reason: String(error) });
        }
      }
    })().finally(() => {
      looking = null;
    });
  };
  const poll = timers.every(options.pollMs ?? 500, wake);

  return {
    follow(accountId) {
      if (closed || followers.size >= (options.maxFollowers ?? 1_000)) return refused(503, "here");
      const own = [...followers].filter((follower) => follower.accountId === accountId).length;
      if (own >= (options.maxFollowersPerAccount ?? 20)) return refused(429, `of ${accountId}`);
      const follower = createFollower(accountId, timers, () => followers.delete(follower));
      followers.add(follower);
      wake();
      return new Response(follower.body, {
        headers: { "content-type": "text/event-stream", "cache-control": "no-store" },
      });
    },
    wake,
    async close() {
      closed = true;
      poll.cancel();
      for (const follower of [...followers]) follower.end();
      await looking;
    },
  };
}

interface Follower {
  readonly accountId: string;
  readonly body: ReadableStream<Uint8Array>;
  /** Sends a state that differs from the last; a slow client gets the newest only. */
  show(state: LiveState): void;
  end(): void;
}

function createFollower(accountId: string, timers: Timers, onEnd: () => void): Follower {
  const encoder = new TextEncoder();
  const running: TimerHandle[] = [];
  let controller: ReadableStreamDefaultController<Uint8Array> | null = null;
  let shown = "";
  let position = -1n;
  let pending: { readonly text: string; readonly position: bigint } | null = null;

  const send = () => {
    if (pending === null || controller === null || (controller.desiredSize ?? 0) <= 0) return;
    const { text, position: at } = pending;
    pending = null;
    shown = text;
    controller.enqueue(
      encoder.encode(`event: account\nid: ${at}\ndata: {"position":"${at}","item":${text}}\n\n`),
    );
  };
  const stop = () => {
    controller = null;
    for (const timer of running.splice(0)) timer.cancel();
    onEnd();
  };
  const end = () => {
    const open = controller;
    if (open === null) return;
    stop();
    open.close();
  };
  const body = new ReadableStream<Uint8Array>({
    start(opened) {
      controller = opened;
      running.push(timers.every(HEARTBEAT_MS, () => {
        if ((controller?.desiredSize ?? 0) > 0) controller?.enqueue(encoder.encode(": alive\n\n"));
      }));
      running.push(timers.after(LONGEST_STREAM_MS, end));
    },
    pull: send,
    cancel: stop,
  }, { highWaterMark: 4 });
  return {
    accountId,
    body,
    show(state) {
      if (state.position < position) return;
      position = state.position;
      const text = stringifyWithBigint(state.item);
      if (text === (pending?.text ?? shown)) return;
      pending = { text, position };
      send();
    },
    end,
  };
}

function refused(status: 429 | 503, where: string): Response {
  const message = `too many live balances ${where} are open: close some, or try again later`;
  return Response.json({ error: { code: "too_many_requests", message, param: null } }, {
    status,
    headers: { "retry-after": "5", "cache-control": "no-store" },
  });
}
