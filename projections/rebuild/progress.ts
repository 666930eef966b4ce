/** What a rebuild shows while it runs. @module */
import type { RebuildJob, RebuildPhase } from "../../shared/read_api/mod.ts";

/** How far a rebuild is. */
export interface RebuildProgress {
  readonly phase: RebuildPhase;
  /** Events applied so far, over all shards. */
  readonly done: bigint;
  /** Events in the log when last looked at. */
  readonly total: bigint;
  /** Events a second since loading began; null before there is a figure. */
  readonly eventsPerSecond: bigint | null;
  /** Until all events are applied; indexing and comparing come on top. Null when unknown. */
  readonly secondsLeft: bigint | null;
}

/** The rate and the time left, `elapsedMs` after the work began with `first` events already in. */
export function progressOf(
  phase: RebuildPhase,
  { done, total, first = 0n }: {
    readonly done: bigint;
    readonly total: bigint;
    readonly first?: bigint;
  },
  elapsedMs: number,
): RebuildProgress {
  const elapsed = BigInt(Math.max(0, Math.round(elapsedMs)));
  const applied = done - first;
  const eventsPerSecond = elapsed === 0n || applied === 0n ? null : applied * 1_000n / elapsed;
  const missing = total > done ? total - done : 0n;
  const secondsLeft = eventsPerSecond === null || eventsPerSecond === 0n
    ? null
    : (missing + eventsPerSecond - 1n) / eventsPerSecond;
  return { phase, done, total, eventsPerSecond, secondsLeft };
}

const BAR_WIDTH = 24;

const PHASE_TEXTS: Readonly<Record<RebuildPhase, string>> = {
  loading: "loading",
  indexing: "indexing",
  catching_up: "catching up",
  comparing: "comparing",
  swapping: "swapping",
  done: "done",
  failed: "failed",
  cancelled: "cancelled",
  dead: "dead",
};

/** One line: bar, percent, events, events a second, and the phase or the time that is left. */
export function progressLine(name: string, progress: RebuildProgress): string {
  const { phase, done, total, eventsPerSecond, secondsLeft } = progress;
  const perMille = total === 0n ? 1_000 : Number(done * 1_000n / total);
  const filled = Math.min(BAR_WIDTH, Math.floor(perMille * BAR_WIDTH / 1_000));
  const bar = "█".repeat(filled) + "░".repeat(BAR_WIDTH - filled);
  const percent = `${(perMille / 10).toFixed(1)} %`.padStart(7);
  const rate = eventsPerSecond === null ? "?" : grouped(eventsPerSecond);
  const left = secondsLeft === null ? "? left" : `${duration(Number(secondsLeft))} left`;
  return `${name.padEnd(12)} ${bar} ${percent}  ${grouped(done)} of ${grouped(total)} events  ` +
    `${rate}/s  ${phase === "loading" ? left : PHASE_TEXTS[phase]}`;
}

/** What a comparison found, in a few words; null when there was none. */
export function comparisonText({ comparison }: Pick<RebuildJob, "comparison">): string | null {
  if (comparison === null) return null;
  if (comparison.result === "not_applicable") return `not compared: ${comparison.reason}`;
  const at = `at position ${comparison.positions.join(", ")}`;
  if (comparison.result === "equal") return `equal to the live rows, ${at}`;
  const different = comparison.tables.filter(({ equal }) => !equal)
    .map(({ table, liveRows, rebuiltRows }) =>
      `${table} (${liveRows} rows, rebuilt ${rebuiltRows})`
    );
  return `DIFFERENT from the live rows, ${at}: ${different.join(", ")}`;
}

function grouped(value: bigint): string {
  return value.toString().replace(/\B(?=(\d{3})+$)/g, ",");
}

function duration(seconds: number): string {
  const [hours, minutes] = [Math.floor(seconds / 3_600), Math.floor(seconds / 60) % 60];
  const two = (value: number) => value.toString().padStart(2, "0");
  return hours > 0
    ? `${hours}:${two(minutes)}:${two(seconds % 60)}`
    : `${minutes}:${two(seconds % 60)}`;
}
