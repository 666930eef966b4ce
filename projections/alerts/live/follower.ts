/** One stream of alerts. @module */
import type { TimerHandle, Timers } from "../../../shared/effects.ts";
import type { AlertRow } from "../../../shared/read_api/mod.ts";

/** A client that follows alerts. */
export interface Follower {
  readonly accountId: string | null;
  readonly after: bigint | null;
  readonly body: ReadableStream<Uint8Array>;
  /** Whether it has been told where it begins. */
  readonly begun: boolean;
  /** Every change up to this one has been shown. */
  readonly reached: bigint;
  /** Shows what is open; changes are shown from `reached` on. */
  begin(open: readonly AlertRow[], reached: bigint): void;
  /** Shows a change that is its account's and newer than `reached`. */
  show(row: AlertRow): void;
  /** Notes that every change up to this one was shown. */
  reach(change: bigint): void;
  end(): void;
}

const HEARTBEAT_MS = 15_000;
const LONGEST_STREAM_MS = 15 * 60_000;
/** A client that is this many alerts behind is cut off: it comes again and begins anew. */
const MOST_WAITING = 2_000;

/** Creates a follower; `onEnd` is called once. */
export function createFollower(
  { accountId, after }: Pick<Follower, "accountId" | "after">,
  timers: Timers,
  onEnd: () => void,
): Follower {
  const encoder = new TextEncoder();
  const running: TimerHandle[] = [];
  /** By alert, so that of one alert only the newest state waits. */
  const waiting = new Map<string, AlertRow>();
  let controller: ReadableStreamDefaultController<Uint8Array> | null = null;
  let begun = false;
  let reached = after ?? 0n;

  const send = () => {
    for (const [alertId, row] of waiting) {
      if (controller === null || (controller.desiredSize ?? 0) <= 0) return;
      waiting.delete(alertId);
      const text = `event: alert\nid: ${row.change}\ndata: ${JSON.stringify(row)}\n\n`;
      controller.enqueue(encoder.encode(text));
    }
  };
  const stop = () => {
    if (controller === null) return;
    controller = null;
    for (const timer of running.splice(0)) timer.cancel();
    onEnd();
  };
  const end = () => {
    const open = controller;
    stop();
    open?.close();
  };
  const put = (row: AlertRow) => {
    if (accountId !== null && row.accountId !== accountId) return;
    waiting.delete(row.alertId);
    waiting.set(row.alertId, row);
    if (waiting.size > MOST_WAITING) end();
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
    after,
    body,
    get begun() {
      return begun;
    },
    get reached() {
      return reached;
    },
    begin(open, from) {
      begun = true;
      reached = from;
      for (const row of open) put(row);
      send();
    },
    show(row) {
      if (!begun || BigInt(row.change) <= reached) return;
      put(row);
      send();
    },
    reach(change) {
      if (begun && change > reached) reached = change;
    },
    end,
  };
}
