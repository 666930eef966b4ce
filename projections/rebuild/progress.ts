/** What a rebuild shows while it runs. @module */
import type { RebuildProgress } from "./rebuild.ts";

const BAR_WIDTH = 24;

/** One line: bar, percent, events, events a second, and the time that is left; `elapsedMs` so far. */
export function progressLine(
  name: string,
  { done, total }: RebuildProgress,
  elapsedMs: number,
): string {
  const perMille = total === 0n ? 1_000 : Number(done * 1_000n / total);
  const filled = Math.floor(perMille * BAR_WIDTH / 1_000);
  const bar = "█".repeat(filled) + "░".repeat(BAR_WIDTH - filled);
  const perSecond = elapsedMs <= 0 ? 0 : Math.floor(Number(done) * 1_000 / elapsedMs);
  const left = perSecond === 0 ? "?" : duration(Math.ceil(Number(total - done) / perSecond));
  const percent = `${(perMille / 10).toFixed(1)} %`.padStart(7);
  return `${name.padEnd(12)} ${bar} ${percent}  ${grouped(done)} of ${grouped(total)} events  ` +
    `${grouped(BigInt(perSecond))}/s  ${done >= total ? "done" : `${left} left`}`;
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
