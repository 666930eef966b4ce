/** The log, as recorded. */
import { page } from "fresh";
import type { EventRow } from "../../shared/read_api/mod.ts";
import { emptyForm } from "../forms/mod.ts";
import type { Page } from "../rooms/mod.ts";
import { define, roomsFor } from "../state.ts";
import { Field, PageHead, Pager, Table, Time } from "../ui/mod.ts";

export const handler = define.handlers<Page<EventRow>>({
  async GET(ctx) {
    const { reads } = roomsFor(ctx.state, "ledger:read", null);
    const account = (ctx.url.searchParams.get("account") ?? "").trim().slice(0, 64);
    return page(await reads.events(account || null, ctx.url.searchParams.get("cursor")));
  },
});

export default define.page<typeof handler>(({ data, state, url }) => {
  const { t } = state;
  const account = url.searchParams.get("account") ?? "";
  state.title = t("events");
  return (
    <>
      <PageHead title={t("events")} intro={t("events_intro")} />
      <div class="panel">
        <form method="get" class="form-row px-4.5 py-3 border-b border-line" role="search">
          <Field
            name="account"
            label={t("account_id")}
            optional
            form={emptyForm("", { account })}
            state={state}
          />
          <button type="submit" class="button button-quiet">{t("filter")}</button>
          {account !== "" && <a class="py-2" href="/events">{t("clear_filter")}</a>}
        </form>
        {data.items.length === 0 ? <p class="empty pt-4">{t("no_events")}</p> : (
          <Table
            caption={t("events")}
            rows={data.items}
            keyOf={(row) => `${row.shard}/${row.position}`}
            columns={[
              { title: t("position"), number: true, cell: (row) => row.position },
              { title: t("time"), cell: (row) => <Time atMs={row.recordedAtMs} /> },
              { title: t("event"), head: true, cell: (row) => <strong>{row.type}</strong> },
              { title: t("actor"), cell: (row) => <code class="break">{row.actor}</code> },
              { title: t("request"), cell: requestLink },
              { title: t("details"), cell: payloadOf },
            ]}
          />
        )}
        <Pager
          url={url}
          cursor={data.nextCursor}
          texts={{ first: t("first_rows"), next: t("next_rows") }}
        />
      </div>
    </>
  );
});

/** What the event says, folded up. */
function payloadOf(row: EventRow) {
  return (
    <details class="text-left max-w-md">
      <summary class="break">{row.stream}</summary>
      <pre class="overflow-x-auto mt-1 text-xs" tabIndex={0}>
        {JSON.stringify(row.payload, null, 2)}
      </pre>
    </details>
  );
}

function requestLink(row: EventRow) {
  if (row.requestId === null) return <span class="quiet">–</span>;
  return (
    <a href={`/requests/${row.requestId}`} title={row.requestId}>
      <code>…{row.requestId.slice(-6)}</code>
    </a>
  );
}
