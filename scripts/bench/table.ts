/** The table of ratios. @module */
import type { AuditFigures } from "./audit.ts";
import type { GatewayFigures } from "./gateway.ts";
import type { LedgerFigures } from "./ledger.ts";
import type { RebuildFigure } from "./rebuild.ts";
import type { MeteringFigures } from "./recordings.ts";

/** One measured promise. */
export interface Row {
  readonly what: string;
  readonly ours: string;
  readonly against: string;
  readonly ratio: string;
  readonly aim: string;
}

/** The gateway's rows. */
export function gatewayRows({ whole, streams, latencyMs }: GatewayFigures): Row[] {
  const added = of(latencyMs, "gateway") - of(latencyMs, "direct");
  return [
    rateRow("gateway, non-streaming, 32 connections, billing on", whole, {
      against: ["bare", "bare pass-through"],
      aim: "≥ 0.35",
    }),
    rateRow("the same", whole, { against: ["touching", "touching pass-through"], aim: "" }),
    rateRow("gateway, 50-chunk streams, 32 connections, billing on", streams, {
      against: ["touching", "touching pass-through"],
      aim: "≥ 0.8",
    }),
    rateRow("the same", streams, { against: ["bare", "bare pass-through"], aim: "" }),
    {
      what: "added latency, one connection, median",
      ours: `${of(latencyMs, "gateway").toFixed(2)} ms`,
      against: `direct ${of(latencyMs, "direct").toFixed(2)} ms, bare pass-through ${
        of(latencyMs, "bare").toFixed(2)
      } ms`,
      ratio: `+${added.toFixed(2)} ms`,
      aim: "≤ 2 ms",
    },
  ];
}

/** The ledger's rows. */
export function ledgerRows({ medians, p50Ms, p99Ms }: LedgerFigures): Row[] {
  const row = (ours: string, theirs: string, aim: string): Row => ({
    what: ours,
    ours: `${of(medians, ours).toFixed(0)}/s`,
    against: `${theirs} ${of(medians, theirs).toFixed(0)}/s`,
    ratio: (of(medians, ours) / of(medians, theirs)).toFixed(2),
    aim,
  });
  return [
    row("ledger, 1,000 accounts", "SELECT FOR UPDATE, 1,000 accounts", "≥ 4"),
    row("ledger, one hot account", "SELECT FOR UPDATE, one hot account", "≥ 20"),
    row("ledger, 1,000 accounts", "raw multi-row INSERT (rows/s)", ""),
    {
      what: "ledger latency, 64 clients, worst round",
      ours: `p50 ${p50Ms.toFixed(1)} ms, p99 ${p99Ms.toFixed(1)} ms`,
      against: "",
      ratio: "",
      aim: "",
    },
  ];
}

/** The rows of exports and their verification. */
export function auditRows(figures: AuditFigures): Row[] {
  const { events, exportEventsPerSecond, verifyEventsPerSecond } = figures;
  const byCpu = figures.verifyEventsPerCpuSecond;
  const row = (what: string, perSecond: number, aim: string): Row => ({
    what: `${what}, ${events} events`,
    ours: `${perSecond.toFixed(0)} events/s`,
    against: "",
    ratio: "",
    aim,
  });
  return [
    row("audit export from Postgres", exportEventsPerSecond, ""),
    row("audit verify, offline", verifyEventsPerSecond, "≥ 200,000"),
    row("the same, by processor time", byCpu, ""),
  ];
}

/** The rebuild's rows. */
export function rebuildRows(figures: ReadonlyMap<string, RebuildFigure>): Row[] {
  return [...figures].map(([name, { perSecond, perCoreSecond, foldedPerSecond }]) => ({
    what: `rebuild of ${name}, events`,
    ours: `${perSecond.toFixed(0)}/s, ` +
      (perCoreSecond === null ? "" : `${perCoreSecond.toFixed(0)} a second of one core`),
    against: `fold of decoded events in memory ${foldedPerSecond.toFixed(0)}/s`,
    ratio: (perSecond / foldedPerSecond).toFixed(2),
    aim: name === "balances" ? "≥ 150,000 a second of one core" : "",
  }));
}

/** The rows of metering recorded streams. */
export function meteringRows(figures: MeteringFigures): Row[] {
  const { streams, chunks, readersPerSecond, meteredPerSecond, touchingPerSecond } = figures;
  const touching = `touching ${touchingPerSecond.toFixed(0)}/s`;
  const row = (what: string, perSecond: number, aim: string): Row => ({
    what,
    ours: `${perSecond.toFixed(0)} chunks for a second of a core`,
    against: touching,
    ratio: (perSecond / touchingPerSecond).toFixed(2),
    aim,
  });
  const [slowest = ["none", 0]] = [...figures.byApi].sort(([, a], [, b]) => a - b);
  const aim = `≥ ${Math.min(40_000, touchingPerSecond).toFixed(0)}/s`;
  return [
    row(`readers of ${streams} recorded streams, ${chunks} chunks`, readersPerSecond, aim),
    row("the same, inside a stream", meteredPerSecond, ""),
    row(`the slowest of ${figures.byApi.size} APIs, ${slowest[0]}`, slowest[1], aim),
  ];
}

/** A Markdown table. */
export function renderTable(rows: readonly Row[]): string {
  const lines = rows.map(({ what, ours, against, ratio, aim }) =>
    `| ${what} | ${ours} | ${against} | ${ratio} | ${aim} |`
  );
  return ["| what | ours | against | ratio | aim |", "|---|---|---|---|---|", ...lines].join("\n");
}

function rateRow(
  what: string,
  figures: ReadonlyMap<string, number>,
  { against: [key, title], aim }: { against: readonly [string, string]; aim: string },
): Row {
  const ours = of(figures, "gateway");
  const theirs = of(figures, key);
  return {
    what,
    ours: `${ours.toFixed(0)}/s`,
    against: `${title} ${theirs.toFixed(0)}/s`,
    ratio: (ours / theirs).toFixed(2),
    aim,
  };
}

function of(figures: ReadonlyMap<string, number>, name: string): number {
  const figure = figures.get(name);
  if (figure === undefined) throw new RangeError(`nothing was measured for ${name}`);
  return figure;
}
