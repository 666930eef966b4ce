/** What both buses do alike with handlers: report faults, wait for the work in hand. @module */
import type { Clock, Timers } from "../effects.ts";
import { BusError, type ConsumeOptions } from "./bus.ts";

/** An exception of a handler, or a message that nobody could read. */
export interface BusFault {
  /** What the bus was doing. */
  readonly during: "respond" | "subscribe" | "consume" | "connection";
  /** The subject, or the stream for trouble with a whole consumer. */
  readonly subject: string;
  readonly error: unknown;
}

/** What either bus is built with. */
export interface BusSettings {
  readonly clock: Clock;
  readonly timers: Timers;
  /** Told of each fault, so that it can be logged; faults are dropped when absent. */
  readonly onFault?: (fault: BusFault) => void;
  /** Most milliseconds that `stop` and `close` wait for handlers in hand; 30,000 when absent. */
  readonly stopTimeoutMs?: number;
}

/** The default of {@link BusSettings.stopTimeoutMs}. */
export const STOP_TIMEOUT_MS = 30_000;

/** Counts running handlers. */
export interface WorkInHand {
  /** How many run. */
  readonly count: number;
  begin(): void;
  end(): void;
  /** Resolves when none runs, or after `timeoutMs`, whichever is first. */
  idle(timers: Timers, timeoutMs: number): Promise<void>;
}

/** A count of running handlers, at zero. */
export function createWorkInHand(): WorkInHand {
  let count = 0;
  let waiting: (() => void)[] = [];
  return {
    get count() {
      return count;
    },
    begin() {
      count += 1;
    },
    end() {
      count -= 1;
      if (count > 0) return;
      const resolved = waiting;
      waiting = [];
      for (const resolve of resolved) resolve();
    },
    idle(timers, timeoutMs) {
      if (count === 0) return Promise.resolve();
      return new Promise((resolve) => {
        const timer = timers.after(timeoutMs, resolve);
        waiting.push(() => {
          timer.cancel();
          resolve();
        });
      });
    },
  };
}

/** How long a rejected message rests before its next delivery: 100 ms, doubling up to 5 s. */
export function redeliveryDelayMs(deliveries: number): number {
  return Math.min(100 * 2 ** Math.min(deliveries - 1, 10), 5_000);
}

/** Throws RangeError for options outside the bounds that ConsumeOptions documents. */
export function checkConsumeOptions(options: ConsumeOptions): void {
  const { durableName, maxInFlight, ackWaitMs } = options;
  if (!/^[A-Za-z0-9_-]{1,64}$/.test(durableName)) {
    throw new RangeError(`durable name ${JSON.stringify(durableName)} is not valid`);
  }
  if (!Number.isSafeInteger(maxInFlight) || maxInFlight < 1) {
    throw new RangeError(`maxInFlight ${maxInFlight} is not a positive integer`);
  }
  if (!Number.isSafeInteger(ackWaitMs) || ackWaitMs < 1) {
    throw new RangeError(`ackWaitMs ${ackWaitMs} is not a positive integer`);
  }
}

/** The error of calls on a bus that was closed. */
export function closedError(): BusError {
  return new BusError("closed", "the bus is closed");
}

/** A short text of what a responder threw, for its caller. */
export function describeError(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
