/** What each model used, and how fast it answered. @module */
import type { ModelUsageRow } from "../../shared/read_api/mod.ts";
import { USAGE_CLASSES } from "../../shared/usage/mod.ts";
import { wholeNumber } from "../format/mod.ts";
import type { Translate } from "../i18n/mod.ts";
import { highestOf, Money, ShareBar, Table } from "../ui/mod.ts";

/** The table of usage per model. */
export function ModelUsageTable(
  { rows, t }: { readonly rows: readonly ModelUsageRow[]; readonly t: Translate },
) {
  const most = highestOf(rows.map((row) => ({ value: BigInt(row.requests) })));
  return (
    <Table
      caption={t("costs_usage-by-model")}
      rows={rows}
      keyOf={(row) => row.model}
      columns={[
        { title: t("model"), head: true, cell: (row) => <span class="break">{row.model}</span> },
        {
          title: t("requests"),
          number: true,
          cell: (row) => (
            <ShareBar value={BigInt(row.requests)} most={most}>
              {wholeNumber(row.requests)}
            </ShareBar>
          ),
        },
        { title: t("tokens"), cell: (row) => <Classes usage={row.usage} /> },
        { title: t("latency"), number: true, cell: (row) => <Spread of={row.latency} /> },
        {
          title: t("time_to_first_token"),
          number: true,
          cell: (row) => <Spread of={row.timeToFirstToken} />,
        },
        {
          title: t("charge_taken"),
          number: true,
          cell: (row) => <Money microKyat={row.chargedMicroKyat} minimumDecimals={6} />,
        },
      ]}
    />
  );
}

function Classes({ usage }: { usage: ModelUsageRow["usage"] }) {
  return (
    <dl class="changes">
      {USAGE_CLASSES.filter((usageClass) => (usage[usageClass] ?? 0) > 0).map((usageClass) => (
        <div key={usageClass}>
          <dt>{usageClass}</dt>
          <dd>{wholeNumber(usage[usageClass] ?? 0)}</dd>
        </div>
      ))}
    </dl>
  );
}

/** Median, and the 95th percentile beneath. */
function Spread({ of }: { of: ModelUsageRow["latency"] }) {
  if (of === null) return <span class="quiet">–</span>;
  return (
    <span title={`p99 ${of.p99Ms} ms · max ${of.maxMs} ms · ${of.calls}`}>
      {wholeNumber(of.p50Ms)} ms
      <br />
      <span class="quiet">p95 {wholeNumber(of.p95Ms)} ms</span>
    </span>
  );
}
