/** The markup, the exchange rate and the fee for own keys in force, with forms to set them. */
import { type Context, page } from "fresh";
import { formatDecimal, formatKyat } from "../../shared/money/mod.ts";
import type { RatesRow } from "../../shared/read_api/mod.ts";
import { answerForm, newForm, type Posted, readPosted, type Submission } from "../form_page/mod.ts";
import {
  checkFields,
  type FormState,
  kyatPerUsd,
  markupParts,
  picoUsd,
  text,
} from "../forms/mod.ts";
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
  readonly forms: Readonly<Record<Settable, FormState>>;
}

/** What each form is for, as its hidden field says. */
const FIELDS = {
  fx: ["kyatPerUsd", "source"],
  markup: ["markup"],
  own_key_fee: ["ownKeyFee"],
} as const;

type Settable = keyof typeof FIELDS;

export const handler = define.handlers<Rates>({
  GET: async (ctx) => page(await ratesOf(ctx)),
  async POST(ctx) {
    const posted = await readPosted(ctx);
    const asked = posted.field("what");
    const what = asked in FIELDS ? asked as Settable : "markup";
    const submission = await SET[what](ctx, posted);
    const { rates, forms } = await ratesOf(ctx);
    return answerForm<Rates>(ctx, {
      posted,
      submission,
      names: FIELDS[what],
      done: (position) => donePath("/rates", what, position),
      again: (form) => ({ rates, forms: { ...forms, [what]: form } }),
    });
  },
});

async function ratesOf(ctx: Context<State>): Promise<Rates> {
  const { reads } = roomsFor(ctx.state, "catalog:read", null);
  const rates = await reads.rates(positionOf(ctx.url));
  const fresh = () => newForm(ctx.state);
  return { rates, forms: { fx: fresh(), markup: fresh(), own_key_fee: fresh() } };
}

const SET: Readonly<
  Record<Settable, (ctx: Context<State>, posted: Posted) => Promise<Submission>>
> = { fx: setFx, markup: setMarkup, own_key_fee: setOwnKeyFee };

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

async function setOwnKeyFee(
  ctx: Context<State>,
  { field, operationId }: Posted,
): Promise<Submission> {
  const { commands } = roomsFor(ctx.state, "price:publish", null);
  const checked = checkFields({ ownKeyFee: picoUsd(field("ownKeyFee")) });
  if (!checked.ok) return { status: "invalid", problems: checked.problems };
  const body = { picoUsdPerRequest: checked.value.ownKeyFee };
  return { status: "sent", outcome: await commands.setOwnKeyFee(operationId, body) };
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
        <OwnKeyFeePanel data={data} state={state} />
      </div>
    </>
  );
});

function FxPanel(
  { data: { rates: { fx }, forms: { fx: fxForm } }, state }: { data: Rates; state: State },
) {
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
  { data: { rates: { markup }, forms: { markup: markupForm } }, state }: {
    data: Rates;
    state: State;
  },
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

function OwnKeyFeePanel(
  { data: { rates: { ownKeyFee }, forms: { own_key_fee: form } }, state }: {
    data: Rates;
    state: State;
  },
) {
  const { t } = state;
  return (
    <Panel id="own-key-fee" title={t("own_key_fees")}>
      {ownKeyFee === null ? <p class="quiet">{t("own_key_fee_never_set")}</p> : (
        <Facts
          rows={[
            {
              name: t("own_key_fee_of_call"),
              value: `${formatDecimal(BigInt(ownKeyFee.picoUsdPerRequest), 12)} USD`,
            },
            { name: t("version"), value: ownKeyFee.feeVersion },
            { name: t("updated"), value: <Time atMs={ownKeyFee.setAtMs} /> },
          ]}
        />
      )}
      {may(state, "price:publish", null) && (
        <form method="post" class="form mt-4">
          <FormTokens state={state} form={form} />
          <input type="hidden" name="what" value="own_key_fee" />
          <Problems form={form} t={t} labels={{ ownKeyFee: t("own_key_fee_usd") }} />
          <Field
            name="ownKeyFee"
            label={t("own_key_fee_usd")}
            inputMode="decimal"
            form={form}
            state={state}
          />
          <p>
            <button type="submit" class="button">{t("set_own_key_fee")}</button>
          </p>
        </form>
      )}
    </Panel>
  );
}
