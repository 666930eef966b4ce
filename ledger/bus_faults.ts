/** Logging what goes wrong on the bus without drowning everything else. @module */
import type { Clock } from "../shared/effects.ts";
import type { Log } from "../shared/log.ts";

const WINDOW_MS = 1_000;
const MAX_KINDS = 1_000;

/** A handler's failure, as the bus tells of it. */
interface Fault {
  readonly during: string;
  readonly subject: string;
  readonly error: unknown;
}

/**
 * Logs the first fault of each kind in a second, and with the next one how many were left out: while
 * a shard changes hands, a thousand messages may be turned away at once.
 */
export function createFaultLog(log: Log, clock: Clock): (fault: Fault) => void {
  const kinds = new Map<string, { sinceMs: number; leftOut: number }>();
  return ({ during, subject, error }) => {
    const kind = `${during} ${subject}`;
    const nowMs = clock.nowMs();
    const known = kinds.get(kind);
    if (known !== undefined && nowMs - known.sinceMs < WINDOW_MS) {
      known.leftOut += 1;
      return;
    }
    if (kinds.size >= MAX_KINDS) kinds.clear();
    kinds.set(kind, { sinceMs: nowMs, leftOut: 0 });
    log.warn("bus_fault", {
      during,
      subject,
      leftOutBefore: known?.leftOut ?? 0,
      error: error instanceof Error ? error : String(error),
    });
  };
}
