/** The log, by filter. */
import { page } from "fresh";
import type { EventRow } from "../../../shared/read_api/mod.ts";
import { EVENT_TYPES } from "../../../shared/events/mod.ts";
import { momentInYangon } from "../../format/mod.ts";
import type { TurnablePage } from "../../rooms/mod.ts";
import { define, roomsFor } from "../../state.ts";
import { FilterForm, filterValue, PageHead, Table, Time, TurnPager } from "../../ui/mod.ts";

export const handler = define.handlers<TurnablePage<EventRow>>({
  async GET(ctx) {
    const { audit } = roomsFor(ctx.state, "ledger:read", null);
    const given = (name: string) => filterValue(ctx.url, name);
    return page(
      await audit.events({
        account: given("account"),
        type: given("type"),
        request: given("request"),
        actor: given("actor"),
        from: momentInYangon(given("from")),
        to: momentInYangon(given("to")),
        cursor: ctx.url.searchParams.get("cursor"),
      }),
    );
  },
});

export default define.page<typeof handler>(({ data, state, url }) => {
  const { t } = state;
  state.title = t("events");
  return (
    <>
      <PageHead title={t("events")} intro={t("events_intro")} />
      <div class="panel">
        <FilterForm
          url={url}
          state={state}
          fields={[
            { name: "account", label: t("account_id") },
            { name: "type", label: t("event"), suggestions: EVENT_TYPES },
            { name: "request", label: t("request") },
            { name: "actor", label: t("actor") },
            { name: "from", label: t("from"), kind: "moment" },
            { name: "to", label: t("until"), kind: "moment" },
          ]}
        />
        {data.items.length === 0 ? <p class="empty pt-4">{t("no_events")}</p> : (
          <Table
            caption={t("events")}
            rows={data.items}
            keyOf={(row) => `${row.shard}/${row.position}`}
            columns={[
              { title: t("position"), number: true, cell: (row) => row.position },
              { title: t("time"), cell: (row) => <Time atMs={row.recordedAtMs} /> },
              {
                title: t("event"),
                head: true,
                cell: (row) => (
                  <a href={`/events/${row.shard}/${row.position}`}>
                    <strong>{row.type}</strong>
                  </a>
                ),
              },
              { title: t("actor"), cell: (row) => <code class="break">{row.actor}</code> },
              { title: t("request"), cell: requestLink },
              { title: t("stream"), cell: (row) => <span class="break">{row.stream}</span> },
            ]}
          />
        )}
        <TurnPager
          url={url}
          cursors={{ newer: data.previousCursor, older: data.nextCursor }}
          texts={{ newer: t("newer"), older: t("older"), first: t("newest") }}
        />
      </div>
      <p class="quiet text-sm mt-3">{t("as_of", { position: data.position })}</p>
    </>
  );
});

function requestLink(row: EventRow) {
  if (row.requestId === null) return <span class="quiet">–</span>;
  return (
    <a href={`/requests/${row.requestId}`} title={row.requestId}>
      <code>…{row.requestId.slice(-6)}</code>
    </a>
  );
}
