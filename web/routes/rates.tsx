/** The markup and the exchange rate in force, with forms to set them. */
import { type Context, page } from "fresh";
import { formatDecimal, formatKyat } from "../../shared/money/mod.ts";
import type { RatesRow } from "../../shared/read_api/mod.ts";
import { answerForm, newForm, type Posted, readPosted, type Submission } from "../form_page/mod.ts";
import { checkFields, type FormState, kyatPerUsd, markupParts, text } from "../forms/mod.ts";
import { percentOfParts } from "../format/mod.ts";
import { define, may, positionOf, roomsFor, type State } from "../state.ts";
import {
  DoneNotice,
  donePath,
  Facts,
  Field,
  FormTokens,
  PageHead,
  Panel,
  Problems,
  Time,
} from "../ui/mod.ts";

interface Rates {
  readonly rates: RatesRow;
  readonly markupForm: FormState;
  readonly fxForm: FormState;
}

export const handler = define.handlers<Rates>({
  GET: async (ctx) => page(await ratesOf(ctx)),
  async POST(ctx) {
    const posted = await readPosted(ctx);
    const isFx = posted.field("what") === "fx";
    const submission = isFx ? await setFx(ctx, posted) : await setMarkup(ctx, posted);
    const before = await ratesOf(ctx);
    return answerForm<Rates>(ctx, {
      posted,
      submission,
      names: isFx ? ["kyatPerUsd", "source"] : ["markup"],
      done: (position) => donePath("/rates", isFx ? "fx" : "markup", position),
      again: (form) => ({ ...before, [isFx ? "fxForm" : "markupForm"]: form }),
    });
  },
});

async function ratesOf(ctx: Context<State>): Promise<Rates> {
  const { reads } = roomsFor(ctx.state, "catalog:read", null);
  const rates = await reads.rates(positionOf(ctx.url));
  return { rates, markupForm: newForm(ctx.state), fxForm: newForm(ctx.state) };
}

async function setFx(ctx: Context<State>, { field, operationId }: Posted): Promise<Submission> {
  const { commands } = roomsFor(ctx.state, "fx:set", null);
  const checked = checkFields({
    kyatPerUsd: kyatPerUsd(field("kyatPerUsd")),
    source: text(field("source")),
  });
  if (!checked.ok) return { status: "invalid", problems: checked.problems };
  return { status: "sent", outcome: await commands.setFxRate(operationId, checked.value) };
}

async function setMarkup(ctx: Context<State>, { field, operationId }: Posted): Promise<Submission> {
  const { commands } = roomsFor(ctx.state, "markup:set", null);
  const checked = checkFields({ markup: markupParts(field("markup")) });
  if (!checked.ok) return { status: "invalid", problems: checked.problems };
  const body = { markupPartsPerMillion: checked.value.markup };
  return { status: "sent", outcome: await commands.setMarkup(operationId, body) };
}

export default define.page<typeof handler>(({ data, state, url }) => {
  const { t } = state;
  state.title = t("money_rates");
  return (
    <>
      <PageHead title={t("money_rates")} />
      <DoneNotice url={url} t={t} />
      <div class="split split-even">
        <FxPanel data={data} state={state} />
        <MarkupPanel data={data} state={state} />
      </div>
    </>
  );
});

function FxPanel({ data: { rates: { fx }, fxForm }, state }: { data: Rates; state: State }) {
  const { t } = state;
  return (
    <Panel id="fx" title={t("fx")}>
      {fx === null ? <p class="quiet">{t("never_set")}</p> : (
        <Facts
          rows={[
            {
              name: t("fx"),
              value: t("fx_value", {
                kyat: formatKyat(BigInt(fx.microKyat)),
                usd: formatDecimal(BigInt(fx.nanoUsd), 9),
              }),
            },
            { name: t("source"), value: fx.source },
            { name: t("version"), value: fx.fxVersion },
            { name: t("updated"), value: <Time atMs={fx.setAtMs} /> },
          ]}
        />
      )}
      {may(state, "fx:set", null) && (
        <form method="post" class="form mt-4">
          <FormTokens state={state} form={fxForm} />
          <input type="hidden" name="what" value="fx" />
          <Problems
            form={fxForm}
            t={t}
            labels={{ kyatPerUsd: t("fx_kyat_per_usd"), source: t("source") }}
          />
          <Field
            name="kyatPerUsd"
            label={t("fx_kyat_per_usd")}
            inputMode="decimal"
            form={fxForm}
            state={state}
          />
          <Field name="source" label={t("source")} form={fxForm} state={state} />
          <p>
            <button type="submit" class="button">{t("set_fx")}</button>
          </p>
        </form>
      )}
    </Panel>
  );
}

function MarkupPanel(
  { data: { rates: { markup }, markupForm }, state }: { data: Rates; state: State },
) {
  const { t } = state;
  return (
    <Panel id="markup-panel" title={t("markup")}>
      {markup === null ? <p class="quiet">{t("never_set")}</p> : (
        <Facts
          rows={[
            { name: t("markup"), value: `${percentOfParts(markup.markupPartsPerMillion)} %` },
            { name: t("version"), value: markup.markupVersion },
            { name: t("updated"), value: <Time atMs={markup.setAtMs} /> },
          ]}
        />
      )}
      {may(state, "markup:set", null) && (
        <form method="post" class="form mt-4">
          <FormTokens state={state} form={markupForm} />
          <input type="hidden" name="what" value="markup" />
          <Problems form={markupForm} t={t} labels={{ markup: t("markup_percent") }} />
          <Field
            name="markup"
            label={t("markup_percent")}
            inputMode="decimal"
            form={markupForm}
            state={state}
          />
          <p>
            <button type="submit" class="button">{t("set_markup")}</button>
          </p>
        </form>
      )}
    </Panel>
  );
}
