/** Watches the time limits of a call with one timer, however many chunks arrive. @module */
import type { Effects, TimerHandle } from "../../shared/effects.ts";
import { type Failure, failure } from "../../shared/errors.ts";
import type { CallLimits } from "./limits.ts";

/** See {@link createWatch}. */
export interface Watch {
  /** Aborted when a limit is passed, or by {@link Watch.abort}; its reason is a Failure then. */
  readonly signal: AbortSignal;
  /** From now on the wait for the next chunk counts. */
  waiting(): void;
  /** A chunk came: nobody waits for upstream any more. */
  received(): void;
  /** Ends the exchange for another reason. */
  abort(reason: Failure): void;
  /** Why it was aborted, or null. */
  failure(): Failure | null;
  /** Stops watching; idempotent. */
  stop(): void;
}

/**
 * Starts watching one exchange with an upstream: at first for its first byte, then for silence while
 * someone waits, and all along for the call's end at `endsAtMs`.
 */
export function createWatch(
  effects: Pick<Effects, "clock" | "timers">,
  limits: CallLimits,
  endsAtMs: number,
): Watch {
  const { clock, timers } = effects;
  const controller = new AbortController();
  let firstByte = false;
  let waitsSinceMs: number | null = clock.nowMs();
  let timer: TimerHandle | null = null;
  let why: Failure | null = null;

  const abort = (reason: Failure) => {
    why ??= reason;
    timer?.cancel();
    controller.abort(reason);
  };
  const limitMs = () => firstByte ? limits.idleMs : limits.firstByteMs;
  const check = () => {
    const nowMs = clock.nowMs();
    if (nowMs >= endsAtMs) return abort(totalTimeout(limits));
    if (waitsSinceMs !== null && nowMs - waitsSinceMs >= limitMs()) {
      return abort(firstByte ? idleTimeout(limits) : firstByteTimeout(limits));
    }
    arm(nowMs);
  };
  const arm = (nowMs: number) => {
    const next = waitsSinceMs === null ? nowMs + limitMs() : waitsSinceMs + limitMs();
    timer = timers.after(Math.max(1, Math.min(next, endsAtMs) - nowMs), check);
  };
  check();
  return {
    signal: controller.signal,
    waiting: () => waitsSinceMs = clock.nowMs(),
    received() {
      waitsSinceMs = null;
      if (firstByte) return;
      firstByte = true;
      // The idle limit may be the shorter one.
      timer?.cancel();
      if (why === null) arm(clock.nowMs());
    },
    abort,
    failure: () => why,
    stop: () => timer?.cancel(),
  };
}

function firstByteTimeout(limits: CallLimits): Failure {
  return failure(
    "upstream_first_byte_timeout",
    `The provider sent nothing for ${limits.firstByteMs} ms.`,
  );
}

function idleTimeout(limits: CallLimits): Failure {
  return failure(
    "upstream_idle_timeout",
    `The provider stopped sending for ${limits.idleMs} ms in the middle of its answer.`,
  );
}

function totalTimeout(limits: CallLimits): Failure {
  return failure(
    "upstream_total_timeout",
    `The answer was not complete after ${limits.totalMs} ms; ask for less output.`,
  );
}
