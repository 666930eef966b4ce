/** Alerts: what is wrong now, and what was. */
import { page } from "fresh";
import type { AlertRow } from "../../../shared/read_api/mod.ts";
import LiveRegion from "../../islands/live_region.tsx";
import type { Page } from "../../rooms/mod.ts";
import { define, personOf, roomsFor } from "../../state.ts";
import { alertAmount, AlertBadge, PageHead, Pager, Table, Time } from "../../ui/mod.ts";

const STATES = ["open", "resolved"] as const;

export const handler = define.handlers<Page<AlertRow>>({
  async GET(ctx) {
    const own = personOf(ctx.state).principal.accountId;
    const { operations } = roomsFor(ctx.state, "alert:read", own);
    return page(
      await operations.alerts({
        state: stateOf(ctx.url),
        account: own,
        cursor: ctx.url.searchParams.get("cursor"),
      }),
    );
  },
});

function stateOf(url: URL): (typeof STATES)[number] {
  return url.searchParams.get("state") === "resolved" ? "resolved" : "open";
}

export default define.page<typeof handler>(({ data, state, url }) => {
  const { t } = state;
  const shown = stateOf(url);
  state.title = t("alerts");
  return (
    <>
      <PageHead title={t("alerts")} intro={t("alerts_intro")}>
        <LiveRegion
          target="alerts"
          source={{ url: "/alerts/live", event: "alert" }}
          everyMs={null}
          texts={{ live: t("live"), lost: t("live_lost") }}
        />
      </PageHead>
      <nav class="subnav" aria-label={t("state")}>
        {STATES.map((each) => (
          <a
            key={each}
            href={`/alerts?state=${each}`}
            aria-current={each === shown ? "page" : undefined}
          >
            {t(`alerts_${each}`)}
          </a>
        ))}
      </nav>
      <div id="alerts" class="panel mt-3">
        {data.items.length === 0
          ? <p class="empty pt-4">{t(shown === "open" ? "no_alerts" : "no_old_alerts")}</p>
          : (
            <Table
              caption={t("alerts")}
              rows={data.items}
              keyOf={(row) => row.alertId}
              columns={[
                { title: t("time"), cell: (row) => <Time atMs={row.firedAtMs} /> },
                {
                  title: t("alert"),
                  head: true,
                  cell: (row) => <a href={`/alerts/${row.alertId}`}>{row.summary}</a>,
                },
                { title: t("state"), cell: (row) => <AlertBadge alert={row} t={t} /> },
                {
                  title: t("value"),
                  number: true,
                  cell: (row) => alertAmount(row.value, row.unit),
                },
                {
                  title: t("threshold"),
                  number: true,
                  cell: (row) => alertAmount(row.threshold, row.unit),
                },
              ]}
            />
          )}
        <Pager
          url={url}
          cursor={data.nextCursor}
          texts={{ first: t("newest"), next: t("older") }}
        />
      </div>
    </>
  );
});
