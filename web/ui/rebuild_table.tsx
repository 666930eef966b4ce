/** The rebuilds of a projection. @module */
import type { RebuildJob } from "../../shared/read_api/mod.ts";
import type { Translate } from "../i18n/mod.ts";
import { Table } from "./table.tsx";
import { Time } from "./values.tsx";

const TONES: Readonly<Record<RebuildJob["phase"], string>> = {
  loading: "info",
  indexing: "info",
  catching_up: "info",
  comparing: "info",
  swapping: "info",
  done: "good",
  failed: "bad",
  cancelled: "wait",
  dead: "bad",
};

/** The table, newest first. */
export function RebuildTable(
  { jobs, t }: { readonly jobs: readonly RebuildJob[]; readonly t: Translate },
) {
  if (jobs.length === 0) return <p class="empty">{t("no_rebuilds")}</p>;
  return (
    <Table
      caption={t("rebuilds")}
      rows={jobs}
      keyOf={(job) => job.jobId}
      columns={[
        { title: t("time"), cell: (job) => <Time atMs={job.requestedAtMs} /> },
        {
          title: t("state"),
          head: true,
          cell: (job) => (
            <>
              <span class={`badge tone-${TONES[job.phase]}`}>{t(`phase_${job.phase}`)}</span>{" "}
              <span class="quiet">{t(`action_${job.kind}`)}</span>
              {job.error !== null && <p class="problem break">{job.error}</p>}
            </>
          ),
        },
        { title: t("actor"), cell: (job) => <code class="break">{job.requestedBy}</code> },
        { title: t("events"), number: true, cell: (job) => `${job.done} / ${job.total}` },
        {
          title: t("events_per_second"),
          number: true,
          cell: (job) => job.eventsPerSecond ?? <span class="quiet">–</span>,
        },
        { title: t("comparison"), cell: (job) => <Comparison job={job} t={t} /> },
      ]}
    />
  );
}

function Comparison({ job: { comparison }, t }: { job: RebuildJob; t: Translate }) {
  if (comparison === null) return <span class="quiet">–</span>;
  const { result, reason, tables } = comparison;
  const rows = tables.map(({ table, rebuiltRows }) => `${table} ${rebuiltRows}`).join(", ");
  return (
    <span title={reason ?? rows}>
      {result === "equal" && "✓ "}
      {t(`comparison_${result}`)}
    </span>
  );
}
