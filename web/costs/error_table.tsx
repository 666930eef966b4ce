/** Failures by hour, provider, model and class. @module */
import type { ErrorPatternRow } from "../../shared/read_api/mod.ts";
import { wholeNumber } from "../format/mod.ts";
import type { Translate } from "../i18n/mod.ts";
import { ColumnChart, highestOf, ShareBar, Table, Time } from "../ui/mod.ts";

/** A chart by hour and the table. */
export function ErrorTable(
  { rows, t }: { readonly rows: readonly ErrorPatternRow[]; readonly t: Translate },
) {
  const most = highestOf(rows.map((row) => ({ value: BigInt(row.failures) })));
  return (
    <>
      {rows.length > 0 && <HourChart rows={rows} t={t} />}
      <Table
        caption={t("costs_errors")}
        rows={rows}
        keyOf={(row) => [row.hourMs, row.scope, row.provider, row.model, row.errorClass].join("/")}
        columns={[
          { title: t("hour"), cell: (row) => <Time atMs={row.hourMs} /> },
          { title: t("error_class"), head: true, cell: (row) => <code>{row.errorClass}</code> },
          { title: t("scope"), cell: (row) => t(`scope_${row.scope}`) },
          { title: t("provider"), cell: (row) => row.provider },
          { title: t("model"), cell: (row) => <span class="break">{row.model}</span> },
          {
            title: t("failures"),
            number: true,
            cell: (row) => (
              <ShareBar value={BigInt(row.failures)} most={most}>
                {wholeNumber(row.failures)}
              </ShareBar>
            ),
          },
          { title: t("requests"), number: true, cell: (row) => wholeNumber(row.requests) },
        ]}
      />
    </>
  );
}

const HOUR_MS = 3_600_000;
const MOST_HOURS = 72;
const LEAST_HOURS = 24;

/** The failed calls of each hour between the first and the last row, the newest 72 hours at most. */
function HourChart({ rows, t }: { rows: readonly ErrorPatternRow[]; t: Translate }) {
  const calls = rows.filter(({ scope }) => scope === "call");
  const failures = new Map<number, bigint>();
  for (const { hourMs, failures: more } of calls) {
    failures.set(hourMs, (failures.get(hourMs) ?? 0n) + BigInt(more));
  }
  const hours = [...failures.keys()];
  if (hours.length === 0) return null;
  const last = Math.max(...hours);
  const shown = (count: number) => last - (count - 1) * HOUR_MS;
  const first = Math.min(Math.max(Math.min(...hours), shown(MOST_HOURS)), shown(LEAST_HOURS));
  const columns = Array.from({ length: (last - first) / HOUR_MS + 1 }, (_, index) => {
    const atMs = first + index * HOUR_MS;
    const value = failures.get(atMs) ?? 0n;
    return { key: String(atMs), value, title: String(value), label: null };
  });
  return (
    <div class="panel-body">
      <ColumnChart
        columns={columns}
        label={t("costs_errors")}
        most={`${highestOf(columns)} ${t("failures_an_hour")}`}
      />
    </div>
  );
}
