/** What each model costs, by provider, kind and name. */
import { page } from "fresh";
import { MODEL_KINDS } from "../../../shared/models/mod.ts";
import { identifierSchema } from "../../../shared/ids/mod.ts";
import type { PriceRow } from "../../../shared/read_api/mod.ts";
import { USAGE_CLASSES } from "../../../shared/usage/mod.ts";
import { emptyForm } from "../../forms/mod.ts";
import { dayInYangon, perMillionUsd, wholeNumber } from "../../format/mod.ts";
import type { Page } from "../../rooms/mod.ts";
import { define, may, positionOf, roomsFor, type State } from "../../state.ts";
import {
  type Column,
  DoneNotice,
  Field,
  filterValue,
  PageHead,
  Pager,
  Select,
  Table,
} from "../../ui/mod.ts";

const OWN_COLUMNS = ["input", "cached_input", "output"] as const;
const FILTERS = ["text", "provider", "kind"] as const;

export const handler = define.handlers<Page<PriceRow>>({
  async GET(ctx) {
    const { reads } = roomsFor(ctx.state, "catalog:read", null);
    const given = (name: (typeof FILTERS)[number]) => filterValue(ctx.url, name);
    const provider = identifierSchema.safeParse(given("provider"));
    const nothing = given("provider") !== null && !provider.success;
    if (nothing) return page({ position: "0", items: [], nextCursor: null });
    const kind = MODEL_KINDS.find((known) => known === given("kind")) ?? null;
    const text = given("text")?.slice(0, 128) ?? null;
    const filter = { text, provider: provider.data ?? null, kind };
    return page(
      await reads.prices(filter, ctx.url.searchParams.get("cursor"), positionOf(ctx.url)),
    );
  },
});

export default define.page<typeof handler>(({ data, state, url }) => {
  const { t } = state;
  const isFiltered = FILTERS.some((name) => filterValue(url, name) !== null);
  state.title = t("prices");
  return (
    <>
      <PageHead title={t("prices")} intro={t("prices_intro")}>
        {may(state, "price:publish", null) && (
          <a class="button" href="/prices/publish">{t("publish_price")}</a>
        )}
      </PageHead>
      <DoneNotice url={url} t={t} />
      <div class="panel">
        <Filters state={state} url={url} isFiltered={isFiltered} />
        {data.items.length === 0
          ? <p class="empty pt-4">{t(isFiltered ? "no_prices_found" : "no_prices")}</p>
          : (
            <Table
              caption={t("prices")}
              rows={data.items}
              keyOf={(row) => row.model}
              columns={columnsOf(data.items, state)}
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

function Filters({ state, url, isFiltered }: { state: State; url: URL; isFiltered: boolean }) {
  const { t } = state;
  const values = FILTERS.map((name) => [name, filterValue(url, name) ?? ""]);
  const form = emptyForm("", Object.fromEntries(values));
  const kinds = [
    { value: "", text: t("any") },
    ...MODEL_KINDS.map((value) => ({ value, text: value })),
  ];
  return (
    <form method="get" class="filters" role="search">
      <Field name="text" label={t("name_contains")} optional form={form} state={state} />
      <Field name="provider" label={t("provider_or_maker")} optional form={form} state={state} />
      <Select name="kind" label={t("model_kind")} options={kinds} form={form} state={state} />
      <div class="filters-actions">
        <button type="submit" class="button button-quiet">{t("filter")}</button>
        {isFiltered && <a class="py-2" href={url.pathname}>{t("clear_filter")}</a>}
      </div>
    </form>
  );
}

function columnsOf(rows: readonly PriceRow[], state: State): Column<PriceRow>[] {
  const { t } = state;
  return [
    { title: t("model"), head: true, cell: (row) => <ModelCell row={row} state={state} /> },
    ...OWN_COLUMNS.map((usageClass) => ({
      title: usageClass.replace("_", " "),
      number: true,
      cell: (row: PriceRow) => rateOf(row, usageClass),
    })),
    ...(rows.some((row) => otherRates(row, state) !== null)
      ? [{ title: t("rates"), cell: (row: PriceRow) => otherRates(row, state) }]
      : []),
    {
      title: t("context_window"),
      number: true,
      cell: (row) => wholeNumber(row.contextWindowTokens),
    },
    { title: t("max_output"), number: true, cell: (row) => wholeNumber(row.maxOutputTokens) },
    { title: t("published"), cell: (row) => <PublishedCell row={row} state={state} /> },
  ];
}

function ModelCell({ row, state }: { row: PriceRow; state: State }) {
  const { t } = state;
  const sides = [row.inputModalities, row.outputModalities]
    .map((side) => (side ?? []).join(" "));
  const facts = [
    row.kind ?? "",
    sides.some((side) => side !== "") ? sides.join(" → ") : "",
    (row.providers ?? []).join(", "),
  ].filter((fact) => fact !== "");
  return (
    <>
      {may(state, "price:publish", null)
        ? (
          <a href={`/prices/publish?${new URLSearchParams({ model: row.model })}`}>
            {row.displayName}
          </a>
        )
        : row.displayName}
      <br />
      <code class="quiet break">{row.model}</code>
      {facts.map((fact) => <span class="quiet block text-xs" key={fact}>{fact}</span>)}
      {row.deprecatedOn != null && (
        <span class="badge tone-wait">{t("deprecated_on")} {row.deprecatedOn}</span>
      )}
    </>
  );
}

function PublishedCell({ row, state: { t } }: { row: PriceRow; state: State }) {
  return (
    <>
      <span class="nowrap">{dayInYangon(row.publishedAtMs)}</span>
      <br />
      <span class="quiet" title={row.source}>{t("version")} {row.priceVersion}</span>
      {row.withdrawnAtMs != null && (
        <>
          <br />
          <strong>{t("price_withdrawn")} {dayInYangon(row.withdrawnAtMs)}</strong>
        </>
      )}
    </>
  );
}

function rateOf(row: PriceRow, usageClass: (typeof USAGE_CLASSES)[number]): string {
  const rate = row.ratesPicoUsdPerUnit[usageClass];
  return rate === undefined ? "–" : perMillionUsd(rate);
}

/** The rates that have no column of their own, those of long calls included; null without any. */
function otherRates(row: PriceRow, { t }: State) {
  const others = USAGE_CLASSES.filter((usageClass) =>
    row.ratesPicoUsdPerUnit[usageClass] !== undefined &&
    !OWN_COLUMNS.some((own) => own === usageClass)
  );
  const lines = [
    ...others.length === 0 ? [] : [ratesText(row, others)],
    ...(row.tiers ?? []).map((tier) =>
      `${t("tier_from", { tokens: wholeNumber(tier.aboveInputTokens) })}: ${
        ratesText(tier, USAGE_CLASSES)
      }`
    ),
  ];
  if (lines.length === 0) return null;
  return lines.map((line) => <span class="quiet block" key={line}>{line}</span>);
}

function ratesText(
  of: Pick<PriceRow, "ratesPicoUsdPerUnit">,
  classes: readonly (typeof USAGE_CLASSES)[number][],
): string {
  return classes.flatMap((usageClass) => {
    const rate = of.ratesPicoUsdPerUnit[usageClass];
    return rate === undefined ? [] : [`${usageClass.replaceAll("_", " ")} ${perMillionUsd(rate)}`];
  }).join(", ");
}
