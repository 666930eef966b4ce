/** Publishes a model's price; `?model=` fills the form from the price in force. */
import { type Context, page } from "fresh";
import { MODEL_KINDS, MODEL_MODALITIES } from "../../../shared/models/mod.ts";
import { identifierSchema } from "../../../shared/ids/mod.ts";
import { USAGE_CLASSES, type UsageClass } from "../../../shared/usage/mod.ts";
import { answerForm, newForm, readPosted, rejectedForm } from "../../form_page/mod.ts";
import type { FormState } from "../../forms/mod.ts";
import {
  COUNTS,
  DAYS,
  LISTS,
  MAXIMUM_TIERS,
  modalityField,
  PRICE_FIELDS,
  priceOfForm,
  SIDES,
  TEXTS,
  tierField,
  tiersIn,
  typedOver,
  valuesOfPrice,
} from "../../price_form/mod.ts";
import { define, roomsFor, type State } from "../../state.ts";
import {
  Checks,
  donePath,
  Field,
  FormTokens,
  PageHead,
  Panel,
  Problems,
  Select,
} from "../../ui/mod.ts";

const MAIN_CLASSES = ["input", "cached_input", "output", "reasoning"] as const;
const OTHER_CLASSES = USAGE_CLASSES.filter((name) => !MAIN_CLASSES.some((main) => main === name));

export const handler = define.handlers<FormState>({
  async GET(ctx) {
    roomsFor(ctx.state, "price:publish", null);
    const price = await priceInForce(ctx, ctx.url.searchParams.get("model") ?? "");
    return page(newForm(ctx.state, price === null ? { basis: "0" } : valuesOfPrice(price)));
  },
  async POST(ctx) {
    const { commands } = roomsFor(ctx.state, "price:publish", null);
    const posted = await readPosted(ctx);
    const before = await priceInForce(ctx, posted.field("model"));
    // What the form does not show would be dropped, so it must have been filled from the newest.
    if (before !== null && posted.field("basis") !== String(before.priceVersion)) {
      const problems = { model: "price_changed" } as const;
      const form = rejectedForm(ctx.state, posted, { status: "invalid", problems }, PRICE_FIELDS)!;
      const values = typedOver(valuesOfPrice(before), form.values);
      return page({ ...form, values }, { status: 422 });
    }
    const asked = priceOfForm(posted.field, before);
    return answerForm(ctx, {
      posted,
      submission: asked.ok
        ? { status: "sent", outcome: await commands.publishPrice(posted.operationId, asked.body) }
        : { status: "invalid", problems: asked.problems },
      names: PRICE_FIELDS,
      done: (position) => donePath("/prices", "price", position),
      again: (form) => form,
    });
  },
});

/** The newest price of a model; null when it never had one, or nothing can be called so. */
async function priceInForce(ctx: Context<State>, model: string) {
  const { reads } = roomsFor(ctx.state, "catalog:read", null);
  return identifierSchema.safeParse(model).success ? await reads.price(model) : null;
}

function labelsOf({ t }: State): Record<string, string> {
  const tiers = Array.from({ length: MAXIMUM_TIERS }, (_, tier) => [
    [tierField(tier, "above"), `${t("tier")} ${tier + 1}: ${t("tier_above")}`],
    ...USAGE_CLASSES.map((name) => [
      tierField(tier, name),
      `${t("tier")} ${tier + 1}: ${name.replaceAll("_", " ")}`,
    ]),
  ]).flat();
  return {
    model: t("model"),
    displayName: t("display_name"),
    ownedBy: t("owned_by"),
    source: t("source"),
    contextWindowTokens: `${t("context_window")} (${t("tokens")})`,
    maxOutputTokens: `${t("max_output")} (${t("tokens")})`,
    capabilities: t("capabilities"),
    providers: t("served_by"),
    deprecatedOn: t("deprecated_on"),
    retiredOn: t("retired_on"),
    ...Object.fromEntries(tiers),
  };
}

export default define.page<typeof handler>(({ data: form, state }) => {
  const { t } = state;
  const labels = labelsOf(state);
  const version = form.values.basis ?? "0";
  state.title = t("publish_price");
  return (
    <>
      <PageHead
        title={t("publish_price")}
        intro={version === "0" ? t("price_new") : t("price_from", { version })}
        crumb={{ href: "/prices", text: t("prices") }}
      />
      <form method="post" class="stack">
        <FormTokens state={state} form={form} />
        <input type="hidden" name="basis" value={version} />
        <Problems form={form} t={t} labels={labels} />
        <Panel id="facts" title={t("model")}>
          <div class="grid gap-4 sm:grid-cols-2 lg:grid-cols-3">
            {TEXTS.map((name) => (
              <Field key={name} name={name} label={labels[name]!} form={form} state={state} />
            ))}
            {COUNTS.map((name) => (
              <Field
                key={name}
                name={name}
                label={labels[name]!}
                inputMode="numeric"
                form={form}
                state={state}
              />
            ))}
          </div>
        </Panel>
        <Panel id="rates" title={t("rates")} intro={t("rates_hint")}>
          <RateFields form={form} state={state} nameOf={(name) => name} />
        </Panel>
        <TierFields form={form} state={state} />
        <DetailFields form={form} state={state} labels={labels} />
        <p class="actions">
          <button type="submit" class="button">{t("publish_price")}</button>
          <a class="button button-quiet" href="/prices">{t("cancel")}</a>
        </p>
      </form>
    </>
  );
});

interface PartProps {
  readonly form: FormState;
  readonly state: State;
  readonly labels: Record<string, string>;
}

/** Every tier that there is, and one more to fill in. */
function TierFields({ form, state }: Omit<PartProps, "labels">) {
  const { t } = state;
  const shown = Math.min(tiersIn(form.values) + 1, MAXIMUM_TIERS);
  return (
    <Panel id="tiers" title={t("price_tiers")} intro={t("price_tiers_hint")}>
      <div class="grid gap-5">
        {Array.from({ length: shown }, (_, tier) => (
          <fieldset key={tier} class="grid gap-3">
            <legend class="font-semibold">{t("tier")} {tier + 1}</legend>
            <div class="max-w-60">
              <Field
                name={tierField(tier, "above")}
                label={t("tier_above")}
                inputMode="numeric"
                optional
                form={form}
                state={state}
              />
            </div>
            <RateFields form={form} state={state} nameOf={(name) => tierField(tier, name)} />
          </fieldset>
        ))}
      </div>
    </Panel>
  );
}

function DetailFields({ form, state, labels }: PartProps) {
  const { t } = state;
  return (
    <Panel id="details" title={t("price_details")} intro={t("price_details_hint")}>
      <div class="grid gap-4 sm:grid-cols-2">
        <Select
          name="kind"
          label={t("model_kind")}
          options={[
            { value: "", text: t("not_said") },
            ...MODEL_KINDS.map((value) => ({ value, text: value })),
          ]}
          form={form}
          state={state}
        />
        {DAYS.map((name) => (
          <Field
            key={name}
            name={name}
            label={labels[name]!}
            type="date"
            optional
            form={form}
            state={state}
          />
        ))}
        {LISTS.map((name) => (
          <Field
            key={name}
            name={name}
            label={labels[name]!}
            hint={t("names_hint")}
            maxLength={4_000}
            optional
            form={form}
            state={state}
          />
        ))}
        {SIDES.map((side) => (
          <Checks
            key={side}
            legend={t(side === "inputModalities" ? "model_takes" : "model_gives")}
            options={MODEL_MODALITIES.map((text) => ({ name: modalityField(side, text), text }))}
            form={form}
          />
        ))}
      </div>
    </Panel>
  );
}

function RateFields(
  { form, state, nameOf }: {
    form: FormState;
    state: State;
    nameOf: (usageClass: UsageClass) => string;
  },
) {
  const fields = (classes: readonly UsageClass[]) => (
    <div class="grid gap-3 grid-cols-2 sm:grid-cols-4">
      {classes.map((usageClass) => (
        <Field
          key={usageClass}
          name={nameOf(usageClass)}
          label={usageClass.replaceAll("_", " ")}
          inputMode="decimal"
          optional
          form={form}
          state={state}
        />
      ))}
    </div>
  );
  const isUsed = OTHER_CLASSES.some((name) =>
    (form.values[nameOf(name)] ?? "") !== "" || form.problems[nameOf(name)] !== undefined
  );
  return (
    <>
      {fields(MAIN_CLASSES)}
      <details class="mt-3" open={isUsed}>
        <summary class="mb-3">{OTHER_CLASSES.join(", ").replaceAll("_", " ")}</summary>
        {fields(OTHER_CLASSES)}
      </details>
    </>
  );
}
