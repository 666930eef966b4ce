/**
 * `deno task bench [gateway|ledger]`: one table of ratios, measured side by side in one run.
 *
 * @module
 */

import { benchGateway } from "./bench/gateway.ts";
import { benchLedger } from "./bench/ledger.ts";
import { gatewayRows, ledgerRows, renderTable, type Row } from "./bench/table.ts";

const parts = Deno.args.length === 0 ? ["gateway", "ledger"] : Deno.args;
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
console.log(renderTable(rows));
Deno.exit(0);
