/** How calls went over time, and who served them. @module */
import type { GatewayStatus } from "../../shared/read_api/mod.ts";
import { timeInYangon, wholeNumber } from "../format/mod.ts";
import type { Translate } from "../i18n/mod.ts";
import { ColumnChart, type Fact, Facts, highestOf, ShareBar, Table } from "../ui/mod.ts";

interface Shown {
  readonly status: GatewayStatus;
  readonly t: Translate;
}

const LABEL_EVERY = 10;

/** Requests in each moment. */
export function RequestChart({ status: { series, stepMs }, t }: Shown) {
  const columns = series.map((moment, index) => ({
    key: String(moment.atMs),
    value: BigInt(moment.requests),
    title: `${timeInYangon(moment.atMs)}: ${
      t("requests_in_a_moment", {
        requests: wholeNumber(moment.requests),
        failed: wholeNumber(moment.failed),
        fallbacks: wholeNumber(moment.fallbacks),
      })
    }`,
    label: labelOf(moment.atMs, index),
  }));
  const most = t("requests_at_most", {
    requests: wholeNumber(Number(highestOf(columns))),
    seconds: wholeNumber(stepMs / 1000),
  });
  return <ColumnChart columns={columns} label={t("requests_over_time")} most={most} />;
}

/** The p95 of the whole call in each moment. */
export function LatencyChart({ status: { series }, t }: Shown) {
  const columns = series.map(({ atMs, p50Ms, p95Ms }, index) => ({
    key: String(atMs),
    value: BigInt(p95Ms ?? 0),
    title: `${timeInYangon(atMs)}: ${
      p50Ms === null || p95Ms === null
        ? "–"
        : t("latency_in_a_moment", { p50: wholeNumber(p50Ms), p95: wholeNumber(p95Ms) })
    }`,
    label: labelOf(atMs, index),
  }));
  const most = `${wholeNumber(Number(highestOf(columns)))} ms`;
  return <ColumnChart columns={columns} label={t("latency_over_time")} most={most} />;
}

function labelOf(atMs: number, index: number) {
  if (index % LABEL_EVERY !== LABEL_EVERY / 2) return null;
  return { text: timeInYangon(atMs).slice(11, 16), minor: index % (2 * LABEL_EVERY) > LABEL_EVERY };
}

/** How many calls needed more than one attempt, and what became of them. */
export function FallbackFacts({ status: { fallbacks, calls }, t }: Shown) {
  const rows: Fact[] = [
    { name: t("requests"), value: wholeNumber(calls.requests) },
    { name: t("calls_open"), value: wholeNumber(calls.open) },
    { name: t("calls_failed"), value: wholeNumber(calls.failed) },
    { name: t("fallback_calls"), value: wholeNumber(fallbacks.calls) },
    { name: t("fallback_rescued"), value: wholeNumber(fallbacks.rescued) },
    { name: t("fallback_exhausted"), value: wholeNumber(fallbacks.exhausted) },
    { name: t("fallback_hedged"), value: wholeNumber(fallbacks.hedged) },
  ];
  return <Facts rows={rows} />;
}

/** From which provider to which, and why. */
export function FallbackPaths({ status: { fallbacks: { paths } }, t }: Shown) {
  if (paths.length === 0) return <p class="empty pt-4">{t("no_fallbacks")}</p>;
  const most = highestOf(paths.map((row) => ({ value: BigInt(row.times) })));
  return (
    <Table
      caption={t("fallbacks")}
      rows={paths}
      keyOf={(row) => `${row.from}/${row.to}/${row.errorClass}`}
      columns={[
        { title: t("fallback_path"), head: true, cell: (row) => `${row.from} → ${row.to}` },
        { title: t("reason"), cell: (row) => <code>{row.errorClass}</code> },
        {
          title: t("fallback_times"),
          number: true,
          cell: (row) => (
            <ShareBar value={BigInt(row.times)} most={most}>{wholeNumber(row.times)}</ShareBar>
          ),
        },
      ]}
    />
  );
}

/** Who served the calls that ended. */
export function FinalProviders({ status: { finalProviders }, t }: Shown) {
  if (finalProviders.length === 0) return <p class="empty pt-4">{t("no_attempts")}</p>;
  const all = finalProviders.reduce((sum, { requests }) => sum + requests, 0);
  return (
    <Table
      caption={t("final_providers")}
      rows={finalProviders}
      keyOf={(row) => row.provider}
      columns={[
        {
          title: t("provider"),
          head: true,
          cell: ({ provider }) => provider === "none" ? t("served_by_nobody") : provider,
        },
        {
          title: t("requests"),
          number: true,
          cell: ({ requests }) => (
            <ShareBar value={BigInt(requests)} most={BigInt(all)}>
              {wholeNumber(requests)} · {Math.round(requests * 100 / all)} %
            </ShareBar>
          ),
        },
      ]}
    />
  );
}
