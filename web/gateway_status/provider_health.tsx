/** How providers, models and keys are. @module */
import type { GatewayStatus, HealthNews, ProviderStatus } from "../../shared/read_api/mod.ts";
import { wholeNumber } from "../format/mod.ts";
import type { Translate } from "../i18n/mod.ts";
import { highestOf, Notice, ShareBar, Table, Time } from "../ui/mod.ts";

interface Shown {
  readonly status: GatewayStatus;
  readonly t: Translate;
}

/** What is heard of edges, and how old it is. */
export function HealthNotice({ status: { health }, t }: Shown) {
  if (health.state !== "live") return <Notice tone="wait">{t(`health_${health.state}`)}</Notice>;
  const newest = Math.min(...health.edges.map(({ heardMsAgo }) => heardMsAgo));
  const values = { edges: String(health.edges.length), seconds: seconds(newest) };
  return <Notice tone="good">{t("health_live", values)}</Notice>;
}

const TONES = { closed: "good", half_open: "wait", open: "bad" } as const;

/** A breaker's phase in words; null: nobody tells. */
function PhaseBadge({ phase, t }: { phase: ProviderStatus["phase"]; t: Translate }) {
  const tone = phase === null ? "plain" : TONES[phase];
  return <span class={`badge tone-${tone}`}>{t(`breaker_${phase ?? "unknown"}`)}</span>;
}

/** Each provider with its breaker and what was tried at it. */
export function ProviderTable({ status: { providers }, t }: Shown) {
  if (providers.length === 0) return <p class="empty pt-4">{t("no_attempts")}</p>;
  const most = highestOf(providers.map((row) => ({ value: BigInt(row.attempts) })));
  return (
    <Table
      caption={t("health")}
      rows={providers}
      keyOf={(row) => row.provider}
      columns={[
        { title: t("provider"), head: true, cell: (row) => row.provider },
        { title: t("state"), cell: (row) => <PhaseBadge phase={row.phase} t={t} /> },
        {
          title: t("attempts_made"),
          number: true,
          cell: (row) => (
            <ShareBar value={BigInt(row.attempts)} most={most}>
              {wholeNumber(row.attempts)}
            </ShareBar>
          ),
        },
        { title: t("attempts_failed"), number: true, cell: (row) => wholeNumber(row.failures) },
        { title: t("attempts_served"), number: true, cell: (row) => wholeNumber(row.served) },
        {
          title: t("latency_spread"),
          number: true,
          cell: ({ latency }) =>
            latency === null
              ? <span class="quiet">–</span>
              : `${wholeNumber(latency.p50Ms)} / ${wholeNumber(latency.p95Ms)} ms`,
        },
        {
          title: t("served_last"),
          cell: ({ lastServedAtMs }) =>
            lastServedAtMs === null ? <span class="quiet">–</span> : <Time atMs={lastServedAtMs} />,
        },
      ]}
    />
  );
}

/** What of models and keys is not healthy now. */
export function BreakerTable({ status: { health }, t }: Shown) {
  const rows = health.subjects.filter(({ kind, phase }) =>
    kind !== "provider" && phase !== "closed"
  );
  if (rows.length === 0) {
    return (
      <p class="empty pt-4">{t(health.state === "live" ? "breakers_none" : "breaker_unknown")}</p>
    );
  }
  return (
    <Table
      caption={t("breakers")}
      rows={rows}
      keyOf={(row: HealthNews["subjects"][number]) => `${row.kind}:${row.name}`}
      columns={[
        {
          title: t("subject"),
          head: true,
          cell: (row) => (
            <>
              <span class="quiet">{t(`breaker_kind_${row.kind}`)}</span>{" "}
              <span class="break">{row.name}</span>
            </>
          ),
        },
        {
          title: t("state"),
          cell: (row) => (
            <>
              <PhaseBadge phase={row.phase} t={t} /> {row.openForMs > 0 && (
                <span class="quiet">
                  {t("breaker_until", { seconds: seconds(row.openForMs) })}
                </span>
              )}
            </>
          ),
        },
        {
          title: t("told_by"),
          cell: (row) => (
            <>
              <span class="break">{row.edgeId}</span>{" "}
              <span class="quiet">{t("seconds_ago", { seconds: seconds(row.heardMsAgo) })}</span>
            </>
          ),
        },
      ]}
    />
  );
}

function seconds(ms: number): string {
  return wholeNumber(Math.ceil(ms / 1000));
}
