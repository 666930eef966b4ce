/** How a charge came about, step by step, from tokens to kyat. @module */
import { formatDecimal } from "../../shared/money/mod.ts";
import type {
  ExplainedSettlement,
  Explanation,
  ExplanationStep,
} from "../../shared/read_api/mod.ts";
import { kyatText, percentOfParts, perMillionUsd, wholeNumber } from "../format/mod.ts";
import type { Translate } from "../i18n/mod.ts";
import { type Fact, Facts, Notice, Panel } from "./parts.tsx";
import { Table } from "./table.tsx";
import { Money } from "./values.tsx";

type StepOf<K extends ExplanationStep["kind"]> = Extract<ExplanationStep, { kind: K }>;

/** A panel for each settlement; one that says so when no usage is known yet. */
export function ChargeDerivation(
  { explanation, t }: { readonly explanation: Explanation; readonly t: Translate },
) {
  const { settlements } = explanation;
  if (settlements.length === 0) {
    return (
      <Panel id="derivation" title={t("derivation")} intro={t("derivation_intro")} flush>
        <p class="empty">{t("usage_unknown")}</p>
      </Panel>
    );
  }
  return (
    <>
      {settlements.map((settlement) => (
        <Settlement
          key={settlement.position}
          settlement={settlement}
          explanation={explanation}
          t={t}
        />
      ))}
    </>
  );
}

function Settlement(
  { settlement, explanation: { terms }, t }: {
    settlement: ExplainedSettlement;
    explanation: Explanation;
    t: Translate;
  },
) {
  const { steps } = settlement;
  const classes = steps.filter((step): step is StepOf<"class"> => step.kind === "class");
  return (
    <Panel
      id={`derivation-${settlement.position}`}
      title={`${t("derivation")}${
        settlement.basis === "final" ? "" : ` · ${t(`basis_${settlement.basis}`)}`
      }`}
      intro={t("derivation_intro")}
      flush
    >
      <ClassTable classes={classes} priceVersion={settlement.priceVersion} t={t} />
      <div class="panel-body">
        <Facts
          rows={[
            ...steps.flatMap((step) => factsOf(step, terms, t)),
            ...moneyOf(settlement, t),
          ]}
        />
        <div class="mt-3">
          <Notice tone={settlement.agrees ? "good" : "bad"}>
            {settlement.agrees ? `✓ ${t("explanation_agrees")}` : t("explanation_differs")}
          </Notice>
        </div>
      </div>
    </Panel>
  );
}

function ClassTable(
  { classes, priceVersion, t }: {
    classes: readonly StepOf<"class">[];
    priceVersion: number;
    t: Translate;
  },
) {
  return (
    <Table
      caption={t("usage_by_class")}
      rows={classes}
      keyOf={(step) => step.usageClass}
      columns={[
        {
          title: t("usage_class"),
          head: true,
          cell: ({ usageClass, ratedAs }) => (
            <>
              <code>{usageClass}</code>
              {ratedAs !== null && ratedAs !== usageClass && (
                <span class="quiet">&nbsp;{t("rated_as", { usageClass: ratedAs })}</span>
              )}
            </>
          ),
        },
        { title: t("units"), number: true, cell: (step) => wholeNumber(step.units) },
        {
          title: `${t("rate")} · ${t("version")} ${priceVersion}`,
          number: true,
          cell: (step) =>
            step.ratedAs === null ? "–" : perMillionUsd(BigInt(step.ratePicoUsdPerUnit)),
        },
        { title: t("cost"), number: true, cell: (step) => dollars(step.picoUsd, 12) },
      ]}
    />
  );
}

/** A step in words and numbers; classes have a table of their own. */
function factsOf(step: ExplanationStep, terms: Explanation["terms"], t: Translate): Fact[] {
  const version = (number: number) => `${t("version")} ${number}`;
  switch (step.kind) {
    case "class":
      return [];
    case "tier":
      return [{
        name: t("price_tier"),
        value: step.aboveInputTokens === null
          ? t("price_tier_base", { tokens: wholeNumber(step.inputTokens) })
          : t("price_tier_above", {
            tokens: wholeNumber(step.inputTokens),
            above: wholeNumber(step.aboveInputTokens),
          }),
      }];
    case "fee":
      return [{
        name: `${t("own_key_fee")} · ${version(step.feeVersion)}`,
        value: `${dollars(step.picoUsd, 12)} USD`,
      }];
    case "free":
      return [{ name: t("not_billed"), value: t("not_billed_value") }];
    case "cost":
      return [{ name: t("provider_cost"), value: `${dollars(step.picoUsd, 12)} USD` }];
    case "markup":
      return [{
        name: `${t("markup")} · ${version(terms.markupVersion)}`,
        value: `× (1 + ${percentOfParts(step.markupPartsPerMillion)} %) = ${
          dollars(step.attoUsd, 18)
        } USD`,
      }];
    case "fx":
      return [{
        name: `${t("fx")} · ${version(terms.fxVersion)}`,
        value: `× ${
          t("fx_value", {
            kyat: kyatText(step.fxMicroKyat),
            usd: formatDecimal(BigInt(step.fxNanoUsd), 9),
          })
        }`,
      }];
    case "rounding":
      return [{
        name: t("rounded_once"),
        value: (
          <>
            {t(step.roundedUp ? "rounded_up" : "rounded_down", {
              whole: kyatText(step.wholeMicroKyat),
            })} = <Money microKyat={step.chargeMicroKyat} unit={t("kyat")} minimumDecimals={6} />
          </>
        ),
      }];
    default:
      throw step satisfies never;
  }
}

function moneyOf(settlement: ExplainedSettlement, t: Translate): Fact[] {
  const kyat = (microKyat: string) => (
    <Money microKyat={microKyat} unit={t("kyat")} minimumDecimals={6} />
  );
  const unlessZero = (name: string, microKyat: string): Fact[] =>
    microKyat === "0" ? [] : [{ name, value: kyat(microKyat) }];
  return [
    ...unlessZero(t("already_charged"), settlement.alreadyChargedMicroKyat),
    ...unlessZero(t("from_hold"), settlement.fromHoldMicroKyat),
    ...unlessZero(t("overage"), settlement.overageMicroKyat),
    ...unlessZero(t("unbilled"), settlement.unbilledMicroKyat),
    ...unlessZero(t("hold_returned"), settlement.releasedMicroKyat),
    { name: t("charge_taken"), value: <strong>{kyat(settlement.chargedMicroKyat)}</strong> },
  ];
}

function dollars(scaled: string, decimals: number): string {
  return formatDecimal(BigInt(scaled), decimals, 2);
}
