/** Evaluates again and again: when projections move, and by the clock. @module */
import type { Log } from "../../../shared/log.ts";
import { createRepeat } from "../repeat.ts";
import { evaluate, type EvaluationOptions } from "./evaluate.ts";

/** What the loop works with. */
export interface EvaluatorOptions extends EvaluationOptions {
  readonly log: Log;
  /** Called after an evaluation that changed alerts. */
  onChange(): void;
  /** How often it evaluates without being woken, in milliseconds; 10,000 when absent. */
  readonly everyMs?: number;
  /** How long it rests between evaluations, in milliseconds; 1,000 when absent. */
  readonly restMs?: number;
}

/** Evaluates until it is closed. */
export interface Evaluator {
  /** Evaluates soon: wakes during an evaluation lead to one more, after a rest. */
  wake(): void;
  /** Finishes the evaluation in hand and stops; idempotent. */
  close(): Promise<void>;
}

/** Starts the loop. A failed evaluation is logged and tried again with the next one. */
export function createEvaluator(options: EvaluatorOptions): Evaluator {
  const { effects: { timers }, log } = options;
  const closing = new AbortController();
  const loop = createRepeat(async () => {
    try {
      const result = await evaluate(options);
      // Whoever overtook this process may be another one: its news is this one's as well.
      if (result.status === "overtaken" || result.changes > 0) options.onChange();
    } catch (error) {
      const reason = error instanceof Error ? error : new Error(String(error));
      log.warn("alert_evaluation_failed", { reason });
    }
  }, () => timers.sleep(options.restMs ?? 1_000, closing.signal).catch(() => {}));
  const clock = timers.every(options.everyMs ?? 10_000, loop.wake);
  loop.wake();
  return {
    wake: loop.wake,
    async close() {
      closing.abort();
      clock.cancel();
      await loop.stop();
    },
  };
}
