/** Requests, newest first. */
import { page } from "fresh";
import type { RequestRow } from "../../../shared/read_api/mod.ts";
import { emptyForm } from "../../forms/mod.ts";
import type { Page } from "../../rooms/mod.ts";
import { define, personOf, roomsFor, type State } from "../../state.ts";
import { Field, PageHead, Pager, RequestTable, Select } from "../../ui/mod.ts";

const STATES = ["held", "settled", "released", "expired", "late_settled"] as const;
const FILTERS = ["account", "model", "key", "state"] as const;

export const handler = define.handlers<Page<RequestRow>>({
  async GET(ctx) {
    const { principal } = personOf(ctx.state);
    const query = (name: string) => (ctx.url.searchParams.get(name) ?? "").trim().slice(0, 128);
    const account = principal.role === "developer" ? principal.accountId : query("account") || null;
    const { reads } = roomsFor(ctx.state, "request:read", account);
    const state = STATES.find((known) => known === query("state")) ?? null;
    const filter = { account, model: query("model"), key: query("key"), state };
    return page(await reads.requests(filter, query("cursor") || null));
  },
});

export default define.page<typeof handler>(({ data, state, url }) => {
  const { t } = state;
  const isFiltered = FILTERS.some((name) => (url.searchParams.get(name) ?? "") !== "");
  const isOwn = state.person?.principal.role === "developer";
  state.title = t("requests");
  return (
    <>
      <PageHead title={t("requests")} />
      <div class="panel">
        <FilterForm state={state} url={url} isFiltered={isFiltered} />
        {data.items.length === 0
          ? <p class="empty">{t(isFiltered ? "no_requests_found" : "no_requests")}</p>
          : <RequestTable rows={data.items} t={t} detail={isOwn ? "own" : "all"} />}
        <Pager
          url={url}
          cursor={data.nextCursor}
          texts={{ first: t("first_page"), next: t("next_page") }}
        />
      </div>
    </>
  );
});

function FilterForm(
  { state, url, isFiltered }: { state: State; url: URL; isFiltered: boolean },
) {
  const { t } = state;
  const values = Object.fromEntries(
    FILTERS.map((name) => [name, url.searchParams.get(name) ?? ""]),
  );
  const form = emptyForm("", values);
  const options = [
    { value: "", text: t("any") },
    ...STATES.map((value) => ({ value, text: t(`state_${value}`) })),
  ];
  return (
    <form method="get" class="form-row px-4.5 py-3 border-b border-line" role="search">
      {state.person?.principal.role !== "developer" && (
        <Field name="account" label={t("account_id")} optional form={form} state={state} />
      )}
      <Field name="model" label={t("model")} optional form={form} state={state} />
      <Field name="key" label={t("key_id")} optional form={form} state={state} />
      <Select name="state" label={t("state")} options={options} form={form} state={state} />
      <button type="submit" class="button button-quiet">{t("filter")}</button>
      {isFiltered && <a class="py-2" href="/requests">{t("clear_filter")}</a>}
    </form>
  );
}
