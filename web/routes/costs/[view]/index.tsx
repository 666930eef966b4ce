/** Cost, usage, speed and errors, each with filters, a chart and CSV. */
import { HttpError, page } from "fresh";
import {
  COST_PAGES,
  CostTable,
  ErrorTable,
  filtersOf,
  isCostPage,
  ModelUsageTable,
  readCosts,
  type Shown,
} from "../../../costs/mod.ts";
import { define, personOf, roomsFor } from "../../../state.ts";
import { FilterForm, PageHead, Pager } from "../../../ui/mod.ts";

export const handler = define.handlers<Shown>({
  async GET(ctx) {
    const view = ctx.params.view ?? "";
    if (!isCostPage(view)) throw new HttpError(404, `there is no view ${view}`);
    const own = personOf(ctx.state).principal.accountId;
    const rooms = roomsFor(ctx.state, "usage:read", own);
    const cursor = ctx.url.searchParams.get("cursor");
    return page(await readCosts(rooms, view, { ...filtersOf(ctx.url, own), cursor }));
  },
});

export default define.page<typeof handler>(({ data, state, url }) => {
  const { t } = state;
  const own = state.person?.principal.accountId ?? null;
  const csv = new URLSearchParams(url.search);
  csv.delete("cursor");
  state.title = t(`costs_${data.kind}`);
  return (
    <>
      <PageHead title={t("costs")} intro={t("costs_intro")}>
        <a class="button button-quiet" href={`/costs/${data.kind}/csv?${csv}`}>CSV</a>
      </PageHead>
      <nav class="subnav" aria-label={t("costs")}>
        {COST_PAGES.map((view) => (
          <a
            key={view}
            href={`/costs/${view}${url.search === "" ? "" : `?${csv}`}`}
            aria-current={view === data.kind ? "page" : undefined}
          >
            {t(`costs_${view}`)}
          </a>
        ))}
      </nav>
      <div class="panel mt-3">
        <FilterForm
          url={url}
          state={state}
          fields={[
            { name: "from", label: t("from"), kind: "day" },
            { name: "to", label: t("until"), kind: "day" },
            ...(own === null ? [{ name: "account", label: t("account_id") }] : []),
            { name: "key", label: t("key_id") },
            { name: "model", label: t("model") },
            { name: "provider", label: t("provider") },
          ]}
        />
        {data.page.items.length === 0
          ? <p class="empty pt-4">{t("costs_none")}</p>
          : data.kind === "errors"
          ? <ErrorTable rows={data.page.items} t={t} />
          : data.kind === "usage-by-model"
          ? <ModelUsageTable rows={data.page.items} t={t} />
          : <CostTable view={data.kind} rows={data.page.items} t={t} />}
        <Pager
          url={url}
          cursor={data.page.nextCursor}
          texts={{ first: t("first_rows"), next: t("next_rows") }}
        />
      </div>
      <p class="quiet text-sm mt-3">{t("as_of", { position: data.page.position })}</p>
    </>
  );
});
