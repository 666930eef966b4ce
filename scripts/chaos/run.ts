/** One run: traffic, faults, healing, draining, judgement. @module */
import { audit } from "./audit.ts";
import { type BooksSource, readBooks } from "./books.ts";
import { createChance } from "./chance.ts";
import { countDeadLetters, drain } from "./drain.ts";
import { isReviving, pause, revive } from "./faults.ts";
import type { EdgeDeath } from "./judge_calls.ts";
import type { ChaosOptions } from "./options.ts";
import { type ChaosReport, summarize } from "./report.ts";
import { type Schedule, startSchedule } from "./schedule.ts";
import { createSurroundings, type Surroundings } from "./surroundings.ts";
import { openCustomers, startTraffic, type Traffic } from "./traffic.ts";
import { judge, type Verdict } from "./verdict.ts";

const DRAIN_MS = 180_000;
const RECOVERY_MS = 90_000;
const RECOVERY_CALLS = 50;

/** Says what goes on: `line` once and for all, `live` for this moment. */
export interface ChaosOutput {
  line(text: string): void;
  live(text: string): void;
}

/**
 * Runs everything and takes it down again; throws when the surroundings cannot be had, and the
 * reason of `signal` when that ends the run.
 */
export async function runChaos(
  options: ChaosOptions & { readonly signal?: AbortSignal },
  output: ChaosOutput,
): Promise<ChaosReport> {
  const endedByThemselves: string[] = [];
  let surroundings: Surroundings | null = null;
  surroundings = await createSurroundings({
    edges: options.edges,
    diskMegabytes: 512 + Math.ceil(options.minutes * 100),
    log: (line) => output.line(`  ${line}`),
    onUnexpectedEnd(name, last) {
      output.line(`  ${name} ENDED by itself; its last lines:\n${last.slice(-1_500)}`);
      // A process that ends while the cluster starts fails the start.
      const process = surroundings === null
        ? undefined
        : processesOf(surroundings).find((each) => each.name === name);
      // A start that fails while what it needs is broken is tried again, as a supervisor would.
      if (process === undefined || isReviving(process)) return;
      endedByThemselves.push(name);
      revive(process).catch(() => {});
    },
  });
  const { signal } = options;
  const ended = new Promise<never>((_, reject) => {
    signal?.addEventListener("abort", () => reject(signal.reason), { once: true });
  });
  try {
    return await Promise.race([runIn(surroundings, options, output, endedByThemselves), ended]);
  } finally {
    await surroundings.close();
  }
}

async function runIn(
  surroundings: Surroundings,
  { minutes, seed }: ChaosOptions,
  output: ChaosOutput,
  endedByThemselves: readonly string[],
): Promise<ChaosReport> {
  const source: BooksSource = surroundings.cluster.demo;
  const chance = createChance(seed);
  const deaths: EdgeDeath[] = [];
  const customers = await openCustomers(surroundings, source);
  const traffic = await startTraffic({ surroundings, customers, source, chance: chance.branch() });
  const startedAt = performance.now();
  const secondsSoFar = () => (performance.now() - startedAt) / 1_000;
  const schedule = startSchedule({
    surroundings,
    chance: chance.branch(),
    onEdgeDeath: (edgeId) => deaths.push({ edgeId, atMs: Date.now() }),
  }, minutes * 60_000);
  const ticker = setInterval(() => output.live(liveLine(secondsSoFar(), traffic, schedule)), 1_000);
  const problems: string[] = [];
  try {
    await schedule.done.catch((error) => problems.push(`not healed: ${error.message}`));
    for (const process of processesOf(surroundings)) {
      await revive(process).catch((error) => problems.push(`not healed: ${error.message}`));
    }
    const recovered = await answersFlow(traffic);
    if (!recovered) problems.push(`no ${RECOVERY_CALLS} answers within ${RECOVERY_MS} ms of calm`);
    await traffic.stop();
  } finally {
    clearInterval(ticker);
  }
  const seconds = secondsSoFar();
  output.line(`  ${seconds.toFixed(0)} s: all is healed and the clients are gone; draining`);
  const accountIds = customers.map(({ accountId }) => accountId);
  const unrest = await drain(surroundings, source, accountIds, DRAIN_MS);
  if (unrest !== null) problems.push(`not calm within ${DRAIN_MS} ms: ${JSON.stringify(unrest)}`);
  const drained = (secondsSoFar() - seconds).toFixed(0);
  output.line(`  ${unrest === null ? "calm" : "NOT calm"} ${drained} s later; reading the books`);
  const books = await readBooks(source, accountIds);
  const deadLetters = await countDeadLetters(source);
  if (deadLetters > 0) problems.push(`${deadLetters} dead letters`);
  problems.push(...await audit(surroundings));
  for (const name of endedByThemselves) problems.push(`${name} ended by itself`);
  const { records, credits } = traffic;
  const verdict = judge({ records, books, deaths, credits });
  const whole: Verdict = { ...verdict, wrong: [...problems, ...verdict.wrong] };
  const { counts: faults } = schedule;
  return summarize(records, whole, {
    seed,
    seconds,
    faults,
    notTried: surroundings.notTried,
  });
}

function processesOf({ cluster: { processes }, edges }: Surroundings) {
  const { ledger, "ledger-standby": standby, projections, simulator } = processes;
  return [ledger, standby, projections, simulator, ...edges.map(({ process }) => process)];
}

/** Whether calls are answered once nothing is broken any more. */
async function answersFlow(traffic: Traffic): Promise<boolean> {
  const before = traffic.records.length;
  const until = performance.now() + RECOVERY_MS;
  while (performance.now() < until) {
    const answered = traffic.records.slice(before)
      .filter(({ finished, problem }) => finished && problem === null).length;
    if (answered >= RECOVERY_CALLS) return true;
    await pause(100);
  }
  return false;
}

function liveLine(seconds: number, { records }: Traffic, schedule: Schedule): string {
  const answered = records.filter(({ finished, problem }) => finished && problem === null).length;
  const faults = [...schedule.counts.values()].reduce((sum, count) => sum + count, 0);
  return `${seconds.toFixed(0).padStart(5)} s  ${records.length} calls  ${answered} answered  ` +
    `${faults} faults  now: ${schedule.current().join(", ") || "nothing"}`;
}
