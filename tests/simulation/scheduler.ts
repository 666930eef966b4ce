/** One queue for everything that happens: virtual time, a seeded order, a trace. @module */
import { setImmediate } from "node:timers";
import type { TimerHandle } from "../../shared/effects.ts";
import { hash, type Seeded } from "./random.ts";

/** Who a step belongs to; steps of the dead are dropped, those of the paused wait. */
export interface Actor {
  readonly name: string;
  readonly state: "running" | "paused" | "dead";
  /** Takes a step that came while it was paused. */
  defer(step: () => void): void;
}

/** See {@link createScheduler}. */
export interface Scheduler {
  /** Microseconds since the start. */
  nowUs(): number;
  /** Runs `task` after `delayUs`, as a step of `actor`. */
  at(delayUs: number, step: { actor: Actor; label: string; task: () => void }): TimerHandle;
  /** Runs steps until `done` says so, asked before each, or time is up; whether it was done. */
  run(done: () => boolean, untilUs: number): Promise<boolean>;
  /** Writes a line of the story into the trace. */
  note(line: string): void;
  /** Steps taken so far. */
  steps(): number;
  /** What happened so far, in 16 hex digits. */
  traceHash(): string;
  /** The story so far. */
  story(): readonly string[];
}

interface Step {
  readonly atUs: number;
  readonly rank: number;
  readonly sequence: number;
  readonly actor: Actor;
  readonly label: string;
  readonly task: () => void;
  cancelled: boolean;
}

/**
 * Time jumps from step to step. Between two steps every promise that can go on goes on, so a step is
 * what a program does between two of its effects. Steps of the same instant run in a seeded order.
 */
export function createScheduler(random: Seeded): Scheduler {
  const queue: Step[] = [];
  const story: string[] = [];
  let nowUs = 0;
  let sequence = 0;
  let steps = 0;
  let high = 0;
  let low = 0;

  const trace = (line: string) => {
    low = hash(line, low);
    high = (Math.imul(high ^ low, 0x01000193) + high) >>> 0;
  };
  const take = async ({ actor, label, task }: Step) => {
    steps += 1;
    trace(`${nowUs} ${actor.name} ${label}`);
    task();
    // All promises that can go on have gone on when this one does.
    await new Promise<void>((resolve) => setImmediate(resolve));
  };
  return {
    nowUs: () => nowUs,
    at(delayUs, { actor, label, task }) {
      const step: Step = {
        atUs: nowUs + Math.max(0, Math.round(delayUs)),
        rank: random.next(),
        sequence: sequence++,
        actor,
        label,
        task,
        cancelled: false,
      };
      push(queue, step);
      return { cancel: () => void (step.cancelled = true) };
    },
    async run(done, untilUs) {
      while (!done()) {
        const step = queue[0];
        if (step === undefined || step.atUs > untilUs) {
          nowUs = Math.max(nowUs, untilUs);
          return done();
        }
        pop(queue);
        if (step.cancelled || step.actor.state === "dead") continue;
        nowUs = step.atUs;
        if (step.actor.state === "running") {
          await take(step);
          continue;
        }
        step.actor.defer(() => {
          if (!step.cancelled) step.task();
        });
      }
      return true;
    },
    note(line) {
      story.push(`${(nowUs / 1_000_000).toFixed(6).padStart(11)}s  ${line}`);
      trace(line);
    },
    steps: () => steps,
    traceHash: () => [high, low].map((half) => half.toString(16).padStart(8, "0")).join(""),
    story: () => story,
  };
}

function before(one: Step, other: Step): boolean {
  if (one.atUs !== other.atUs) return one.atUs < other.atUs;
  if (one.rank !== other.rank) return one.rank < other.rank;
  return one.sequence < other.sequence;
}

function push(queue: Step[], step: Step): void {
  let index = queue.push(step) - 1;
  while (index > 0) {
    const parent = (index - 1) >> 1;
    if (!before(step, queue[parent]!)) break;
    queue[index] = queue[parent]!;
    index = parent;
  }
  queue[index] = step;
}

function pop(queue: Step[]): void {
  const last = queue.pop();
  if (last === undefined || queue.length === 0) return;
  let index = 0;
  for (;;) {
    let child = 2 * index + 1;
    if (child >= queue.length) break;
    if (child + 1 < queue.length && before(queue[child + 1]!, queue[child]!)) child += 1;
    if (!before(queue[child]!, last)) break;
    queue[index] = queue[child]!;
    index = child;
  }
  queue[index] = last;
}
