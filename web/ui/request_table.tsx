/** A list of requests. @module */
import type { RequestRow } from "../../shared/read_api/mod.ts";
import { totalUnits } from "../../shared/usage/mod.ts";
import { wholeNumber } from "../format/mod.ts";
import type { Translate } from "../i18n/mod.ts";
import { StateBadge } from "./badges.tsx";
import { type Column, Table } from "./table.tsx";
import { Money, Time } from "./values.tsx";

/** The requests, each a link to its detail. */
export function RequestTable(
  { rows, t, detail }: {
    readonly rows: readonly RequestRow[];
    readonly t: Translate;
    /** `short` leaves out what a list of one account's newest does not need. */
    readonly detail: "short" | "own" | "all";
  },
) {
  const columns: Column<RequestRow>[] = [
    {
      title: t("time"),
      head: true,
      cell: (row) => (
        <a href={`/requests/${row.requestId}`}>
          <Time atMs={row.placedAtMs} />
        </a>
      ),
    },
    { title: t("model"), cell: (row) => <span class="break">{row.model}</span> },
    ...(detail === "all"
      ? [{
        title: t("account"),
        cell: (row: RequestRow) => <a href={`/accounts/${row.accountId}`}>{row.accountId}</a>,
      }]
      : []),
    ...(detail === "short" ? [] : [{
      title: t("provider"),
      cell: (row: RequestRow) =>
        row.provider === null ? <span class="quiet">–</span> : (
          <span>
            {row.provider}
            {row.call?.simulated === true && <span class="quiet">&nbsp;· SIMULATED</span>}
          </span>
        ),
    }]),
    {
      title: t("tokens"),
      number: true,
      cell: (row) =>
        row.usage === null ? <span class="quiet">–</span> : wholeNumber(totalUnits(row.usage)),
    },
    {
      title: `${t("charge")} (${t("kyat")})`,
      number: true,
      cell: (row) => <Money microKyat={row.chargedMicroKyat} minimumDecimals={6} />,
    },
    { title: t("state"), cell: (row) => <StateBadge state={row.state} t={t} /> },
  ];
  return (
    <Table
      caption={t("requests")}
      columns={columns}
      rows={rows}
      keyOf={(row) => row.requestId}
    />
  );
}
