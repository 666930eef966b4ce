/** What people did: who, what, before and after. */
import { page } from "fresh";
import type { AdminAction } from "../../shared/read_api/mod.ts";
import { momentInYangon } from "../format/mod.ts";
import type { TurnablePage } from "../rooms/mod.ts";
import { define, roomsFor, type State } from "../state.ts";
import { FilterForm, filterValue, PageHead, Table, Time, TurnPager } from "../ui/mod.ts";

export const handler = define.handlers<TurnablePage<AdminAction>>({
  async GET(ctx) {
    const { audit } = roomsFor(ctx.state, "ledger:read", null);
    const given = (name: string) => filterValue(ctx.url, name);
    return page(
      await audit.adminActions({
        account: given("account"),
        actor: given("actor"),
        type: given("type"),
        from: momentInYangon(given("from")),
        to: momentInYangon(given("to")),
        cursor: ctx.url.searchParams.get("cursor"),
      }),
    );
  },
});

export default define.page<typeof handler>(({ data, state, url }) => {
  const { t } = state;
  state.title = t("admin_actions");
  return (
    <>
      <PageHead title={t("admin_actions")} intro={t("admin_actions_intro")} />
      <div class="panel">
        <FilterForm
          url={url}
          state={state}
          fields={[
            { name: "actor", label: t("actor") },
            { name: "account", label: t("account_id") },
            { name: "type", label: t("event") },
            { name: "from", label: t("from"), kind: "moment" },
            { name: "to", label: t("until"), kind: "moment" },
          ]}
        />
        {data.items.length === 0 ? <p class="empty pt-4">{t("no_admin_actions")}</p> : (
          <Table
            caption={t("admin_actions")}
            rows={data.items}
            keyOf={(row) => `${row.shard}/${row.position}`}
            columns={[
              { title: t("time"), cell: (row) => <Time atMs={row.recordedAtMs} /> },
              { title: t("actor"), cell: (row) => <code class="break">{row.actor}</code> },
              {
                title: t("event"),
                head: true,
                cell: (row) => (
                  <>
                    <a href={`/events/${row.shard}/${row.position}`}>{row.type}</a>
                    <br />
                    <code class="break quiet">{row.subject}</code>
                  </>
                ),
              },
              { title: t("changes"), cell: (row) => <Changes action={row} state={state} /> },
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

/** Each member that differs, before and after. */
function Changes(
  { action: { before, after }, state: { t } }: { action: AdminAction; state: State },
) {
  const names = [...new Set([...Object.keys(before ?? {}), ...Object.keys(after)])];
  const changed = names.filter((name) => textOf(before?.[name]) !== textOf(after[name]));
  return (
    <dl class="changes">
      {changed.map((name) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>
            {before !== null && (
              <>
                <del aria-label={t("before")}>{textOf(before[name])}</del>
                <span aria-hidden="true">→</span>
              </>
            )}
            <ins aria-label={t("after")}>{textOf(after[name])}</ins>
          </dd>
        </div>
      ))}
    </dl>
  );
}

function textOf(value: unknown): string {
  if (value === undefined || value === null) return "–";
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}
