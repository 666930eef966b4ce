/** What each model costs. */
import { page } from "fresh";
import type { PriceRow } from "../../../shared/read_api/mod.ts";
import { USAGE_CLASSES } from "../../../shared/usage/mod.ts";
import { dayInYangon, perMillionUsd, wholeNumber } from "../../format/mod.ts";
import type { Page } from "../../rooms/mod.ts";
import { define, may, positionOf, roomsFor } from "../../state.ts";
import { DoneNotice, PageHead, Pager, Table } from "../../ui/mod.ts";

const OWN_COLUMNS = ["input", "cached_input", "output"] as const;

export const handler = define.handlers<Page<PriceRow>>({
  async GET(ctx) {
    const { reads } = roomsFor(ctx.state, "catalog:read", null);
    return page(await reads.prices(ctx.url.searchParams.get("cursor"), positionOf(ctx.url)));
  },
});

export default define.page<typeof handler>(({ data, state, url }) => {
  const { t } = state;
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
        {data.items.length === 0 ? <p class="empty pt-5">{t("no_prices")}</p> : (
          <Table
            caption={t("prices")}
            rows={data.items}
            keyOf={(row) => row.model}
            columns={[
              {
                title: t("model"),
                head: true,
                cell: (row) => (
                  <>
                    {row.displayName}
                    <br />
                    <code class="quiet break">{row.model}</code>
                  </>
                ),
              },
              ...OWN_COLUMNS.map((usageClass) => ({
                title: usageClass.replace("_", " "),
                number: true,
                cell: (row: PriceRow) => rateOf(row, usageClass),
              })),
              ...(data.items.some((row) => otherRates(row) !== null)
                ? [{ title: t("rates"), cell: otherRates }]
                : []),
              {
                title: t("context_window"),
                number: true,
                cell: (row) => wholeNumber(row.contextWindowTokens),
              },
              {
                title: t("max_output"),
                number: true,
                cell: (row) => wholeNumber(row.maxOutputTokens),
              },
              {
                title: t("published"),
                cell: (row) => (
                  <>
                    <span class="nowrap">{dayInYangon(row.publishedAtMs)}</span>
                    <br />
                    <span class="quiet" title={row.source}>{t("version")} {row.priceVersion}</span>
                    {row.withdrawnAtMs != null && (
                      <>
                        <br />
                        <strong>
                          {t("price_withdrawn")} {dayInYangon(row.withdrawnAtMs)}
                        </strong>
                      </>
                    )}
                  </>
                ),
              },
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

function rateOf(row: PriceRow, usageClass: (typeof USAGE_CLASSES)[number]): string {
  const rate = row.ratesPicoUsdPerUnit[usageClass];
  return rate === undefined ? "–" : perMillionUsd(rate);
}

/** The rates that have no column of their own, those of long calls included; null without any. */
function otherRates(row: PriceRow) {
  const others = USAGE_CLASSES.filter((usageClass) =>
    row.ratesPicoUsdPerUnit[usageClass] !== undefined &&
    !OWN_COLUMNS.some((own) => own === usageClass)
  );
  const lines = [
    ...others.length === 0 ? [] : [ratesText(row, others)],
    ...(row.tiers ?? []).map((tier) =>
      `> ${wholeNumber(tier.aboveInputTokens)}: ${ratesText(tier, USAGE_CLASSES)}`
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
