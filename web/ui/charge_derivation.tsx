/** How a charge came about: units times pinned rates, then markup and exchange rate. @module */
import { z } from "zod";
import { formatDecimal, formatKyat } from "../../shared/money/mod.ts";
import type { RequestRow } from "../../shared/read_api/mod.ts";
import { type Usage, USAGE_CLASSES, type UsageClass } from "../../shared/usage/mod.ts";
import { percentOfParts, perMillionUsd, wholeNumber } from "../format/mod.ts";
import type { Translate } from "../i18n/mod.ts";
import { type Fact, Facts, Panel } from "./parts.tsx";
import { Table } from "./table.tsx";
import { Money } from "./values.tsx";

const amount = z.string().regex(/^\d+$/).transform((text) => BigInt(text));

/** The pinned terms as the read API carries them. */
const pricingSchema = z.object({
  priceVersion: z.number(),
  ratesPicoUsdPerUnit: z.partialRecord(z.enum(USAGE_CLASSES), amount),
  markupVersion: z.number(),
  markupPartsPerMillion: z.number(),
  fxVersion: z.number(),
  fxMicroKyat: amount,
  fxNanoUsd: amount,
});

interface UsageLine {
  readonly usageClass: UsageClass;
  readonly units: number;
  /** Null when the price has no rate for this class. */
  readonly ratePicoUsd: bigint | null;
}

/** The panel; it says so when no usage is known yet. The amounts are the ledger's own. */
export function ChargeDerivation(
  { request, t }: { readonly request: RequestRow; readonly t: Translate },
) {
  const parsed = pricingSchema.safeParse(request.pricing);
  const rates = parsed.success ? parsed.data.ratesPicoUsdPerUnit : {};
  return (
    <Panel id="derivation" title={t("derivation")} intro={t("derivation_intro")} flush>
      {request.usage === null
        ? <p class="empty">{t("usage_unknown")}</p>
        : <UsageTable lines={linesOf(request.usage, rates)} t={t} />}
      <div class="panel-body">
        <Facts
          rows={[
            { name: t("provider_cost"), value: usd(request.costNanoUsd) },
            ...(parsed.success ? termsOf(parsed.data, t) : []),
            {
              name: t("charge_full"),
              value: <Money microKyat={request.chargeMicroKyat} unit={t("kyat")} />,
            },
          ]}
        />
      </div>
    </Panel>
  );
}

function linesOf(usage: Usage, rates: Partial<Record<UsageClass, bigint>>): UsageLine[] {
  return USAGE_CLASSES.flatMap((usageClass) => {
    const units = usage[usageClass] ?? 0;
    return units === 0 ? [] : [{ usageClass, units, ratePicoUsd: rates[usageClass] ?? null }];
  });
}

function UsageTable({ lines, t }: { lines: readonly UsageLine[]; t: Translate }) {
  return (
    <Table
      caption={t("usage_by_class")}
      rows={lines}
      keyOf={(line) => line.usageClass}
      columns={[
        {
          title: t("usage_class"),
          head: true,
          cell: (line) => <code>{line.usageClass}</code>,
        },
        { title: t("units"), number: true, cell: (line) => wholeNumber(line.units) },
        {
          title: t("rate"),
          number: true,
          cell: (line) => line.ratePicoUsd === null ? "–" : perMillionUsd(line.ratePicoUsd),
        },
        {
          title: t("cost"),
          number: true,
          cell: (line) =>
            line.ratePicoUsd === null
              ? "–"
              : formatDecimal(BigInt(line.units) * line.ratePicoUsd, 12, 9),
        },
      ]}
    />
  );
}

function termsOf(
  pricing: z.output<typeof pricingSchema>,
  t: Translate,
): Fact[] {
  const version = (number: number) => `${t("version")} ${number}`;
  return [
    {
      name: t("markup"),
      value: `× (1 + ${percentOfParts(pricing.markupPartsPerMillion)} %) · ` +
        version(pricing.markupVersion),
    },
    {
      name: t("fx"),
      value: `× ${
        t("fx_value", {
          kyat: formatKyat(pricing.fxMicroKyat),
          usd: formatDecimal(pricing.fxNanoUsd, 9),
        })
      } · ${version(pricing.fxVersion)}`,
    },
    { name: t("price_version"), value: String(pricing.priceVersion) },
  ];
}

function usd(nanoUsd: string | null): string {
  return nanoUsd === null ? "–" : `${formatDecimal(BigInt(nanoUsd), 9, 2)} USD`;
}
