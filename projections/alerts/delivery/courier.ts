/** Carries what is in the outbox to its channels. @module */
import type { Effects } from "../../../shared/effects.ts";
import type { Log } from "../../../shared/log.ts";
import type { Queryable } from "../../table/mod.ts";
import { createRepeat } from "../repeat.ts";
import { claim, finish, giveUp } from "./outbox.ts";
import type { Sender } from "./sender.ts";

/** What a courier works with. */
export interface CourierOptions {
  readonly db: Queryable;
  readonly effects: Pick<Effects, "clock" | "timers">;
  readonly log: Log;
  readonly senders: readonly Sender[];
  /** How often it looks without being woken, in milliseconds; 2,000 when absent. */
  readonly everyMs?: number;
}

/** Delivers until it is closed. */
export interface Courier {
  /** Looks now. */
  wake(): void;
  /** Cuts the attempts in hand short, which are tried again later, and stops; idempotent. */
  close(): Promise<void>;
}

/** Added to an attempt's deadline, for writing down how it ended. */
const GRACE_MS = 20_000;

/** Starts delivering; each channel one message at a time, so that a slow one keeps no other waiting. */
export function createCourier(options: CourierOptions): Courier {
  const { db, effects: { clock, timers }, log } = options;
  const closing = new AbortController();
  const drain = async (sender: Sender) => {
    const { channel, deadlineMs } = sender;
    await giveUp(db, clock.nowMs());
    while (!closing.signal.aborted) {
      const holdMs = deadlineMs + GRACE_MS;
      const message = await claim(db, { channel, nowMs: clock.nowMs(), holdMs });
      if (message === null) return;
      const attempt = await sender.send(message, closing.signal);
      await finish(db, message, attempt, clock.nowMs());
      if (attempt.status === "delivered") continue;
      const { deliveryId, attempts } = message;
      log.warn("alert_delivery_failed", { channel, deliveryId, attempts, reason: attempt.error });
    }
  };
  const rounds = options.senders.map((sender) =>
    createRepeat(async () => {
      try {
        await drain(sender);
      } catch (error) {
        log.warn("alert_outbox_failed", { channel: sender.channel, reason: String(error) });
      }
    })
  );
  const wake = () => {
    for (const round of rounds) round.wake();
  };
  const clockTimer = timers.every(options.everyMs ?? 2_000, wake);
  wake();
  return {
    wake,
    async close() {
      closing.abort();
      clockTimer.cancel();
      await Promise.all(rounds.map((round) => round.stop()));
    },
  };
}
