/**
 * `deno task bench [gateway|ledger|rebuild|audit|recordings]`: one table of ratios, measured side by side in one run.
 *
 * @module
 */

import { benchAudit } from "./bench/audit.ts";
import { asOfRows, benchAsOf } from "./bench/as_of.ts";
import { benchGateway } from "./bench/gateway.ts";
import { benchLedger } from "./bench/ledger.ts";
import { benchRebuild } from "./bench/rebuild.ts";
import { benchRecordings } from "./bench/recordings.ts";
import {
  auditRows,
  gatewayRows,
  ledgerRows,
  meteringRows,
  rebuildRows,
  renderTable,
  type Row,
} from "./bench/table.ts";

const parts = Deno.args.length === 0
  ? ["gateway", "ledger", "rebuild", "audit", "recordings"]
  : Deno.args;
const rounds = Number(Deno.env.get("SARGALAY_BENCH_ROUNDS") ?? "5");
const seconds = Number(Deno.env.get("SARGALAY_BENCH_SECONDS") ?? "4");
const report = (line: string) => console.error(line);

const rows: Row[] = [];
if (parts.includes("gateway")) {
  rows.push(...gatewayRows(await benchGateway({ rounds, seconds, report })));
}
if (parts.includes("ledger")) {
  rows.push(...ledgerRows(await benchLedger({ rounds, durationMs: seconds * 1_000, report })));
}
if (parts.includes("audit")) {
  rows.push(...auditRows(await benchAudit({ rounds, fillMs: seconds * 5_000, report })));
}
if (parts.includes("recordings")) {
  rows.push(...meteringRows(await benchRecordings({ rounds, seconds, report })));
}
if (parts.includes("as_of")) {
  const events = parseInt(Deno.env.get("SARGALAY_BENCH_EVENTS") ?? "10000000", 10);
  const reads = parseInt(Deno.env.get("SARGALAY_BENCH_READS") ?? "2000", 10);
  rows.push(...asOfRows(await benchAsOf({ events, reads, report }), events));
}
if (parts.includes("rebuild")) {
  const events = parseInt(Deno.env.get("SARGALAY_BENCH_REBUILD_EVENTS") ?? "500000", 10);
  rows.push(...rebuildRows(await benchRebuild({ events, report })));
}
console.log(renderTable(rows));
Deno.exit(0);
