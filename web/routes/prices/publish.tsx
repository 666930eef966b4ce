/** Publishes a model's price. */
import { type Context, page } from "fresh";
import { identifierSchema } from "../../../shared/ids/mod.ts";
import { USAGE_CLASSES, type UsageClass } from "../../../shared/usage/mod.ts";
import {
  answerForm,
  newForm,
  type Posted,
  readPosted,
  type Submission,
} from "../../form_page/mod.ts";
import {
  checkFields,
  count,
  type FieldCheck,
  type FormState,
  picoUsdPerUnit,
  text,
} from "../../forms/mod.ts";
import { define, roomsFor, type State } from "../../state.ts";
import { donePath, Field, FormTokens, PageHead, Problems } from "../../ui/mod.ts";

const MAIN_CLASSES = ["input", "cached_input", "output", "reasoning"] as const;
const TEXTS = ["model", "displayName", "ownedBy", "source"] as const;
const COUNTS = ["contextWindowTokens", "maxOutputTokens"] as const;
const FIELDS = [...TEXTS, ...COUNTS, ...USAGE_CLASSES];

export const handler = define.handlers<FormState>({
  GET(ctx) {
    roomsFor(ctx.state, "price:publish", null);
    return page(newForm(ctx.state));
  },
  async POST(ctx) {
    const posted = await readPosted(ctx);
    return answerForm(ctx, {
      posted,
      submission: await publish(ctx, posted),
      names: FIELDS,
      done: (position) => donePath("/prices", "price", position),
      again: (form) => form,
    });
  },
});

async function publish(ctx: Context<State>, posted: Posted): Promise<Submission> {
  const { commands } = roomsFor(ctx.state, "price:publish", null);
  const { field, operationId } = posted;
  const facts = checkFields({
    model: identifier(field("model")),
    displayName: text(field("displayName")),
    ownedBy: identifier(field("ownedBy")),
    source: text(field("source")),
    contextWindowTokens: count(field("contextWindowTokens")),
    maxOutputTokens: count(field("maxOutputTokens")),
  });
  const rates = checkFields(Object.fromEntries(
    USAGE_CLASSES.map((usageClass) => [usageClass, picoUsdPerUnit(field(usageClass))]),
  ));
  if (!facts.ok || !rates.ok) {
    const problems = { ...(facts.ok ? {} : facts.problems), ...(rates.ok ? {} : rates.problems) };
    return { status: "invalid", problems };
  }
  const ratesPicoUsdPerUnit = Object.fromEntries(
    Object.entries(rates.value).filter(([, rate]) => rate !== null),
  );
  const body = { ...facts.value, ratesPicoUsdPerUnit };
  return { status: "sent", outcome: await commands.publishPrice(operationId, body) };
}

function identifier(given: string): FieldCheck<string> {
  return identifierSchema.safeParse(given).success
    ? { ok: true, value: given }
    : { ok: false, problem: "required" };
}

export default define.page<typeof handler>(({ data: form, state }) => {
  const { t } = state;
  const labels = {
    model: t("model"),
    displayName: t("display_name"),
    ownedBy: t("owned_by"),
    source: t("source"),
    contextWindowTokens: `${t("context_window")} (${t("tokens")})`,
    maxOutputTokens: `${t("max_output")} (${t("tokens")})`,
  };
  state.title = t("publish_price");
  const others = USAGE_CLASSES.filter((name) => !MAIN_CLASSES.some((main) => main === name));
  return (
    <>
      <PageHead title={t("publish_price")} crumb={{ href: "/prices", text: t("prices") }} />
      <form method="post" class="form max-w-3xl!">
        <FormTokens state={state} form={form} />
        <Problems form={form} t={t} labels={labels} />
        <div class="grid gap-4 sm:grid-cols-2">
          {TEXTS.map((name) => (
            <Field key={name} name={name} label={labels[name]} form={form} state={state} />
          ))}
          {COUNTS.map((name) => (
            <Field
              key={name}
              name={name}
              label={labels[name]}
              inputMode="numeric"
              form={form}
              state={state}
            />
          ))}
        </div>
        <fieldset class="grid gap-3">
          <legend class="font-semibold">{t("rates")}</legend>
          <p class="hint">{t("rates_hint")}</p>
          <RateFields classes={MAIN_CLASSES} form={form} state={state} />
          <details>
            <summary class="mb-3">{others.join(", ").replaceAll("_", " ")}</summary>
            <RateFields classes={others} form={form} state={state} />
          </details>
        </fieldset>
        <p class="actions">
          <button type="submit" class="button">{t("publish_price")}</button>
          <a class="button button-quiet" href="/prices">{t("cancel")}</a>
        </p>
      </form>
    </>
  );
});

function RateFields(
  { classes, form, state }: {
    classes: readonly UsageClass[];
    form: FormState;
    state: State;
  },
) {
  return (
    <div class="grid gap-3 grid-cols-2 sm:grid-cols-4">
      {classes.map((usageClass) => (
        <Field
          key={usageClass}
          name={usageClass}
          label={usageClass.replaceAll("_", " ")}
          inputMode="decimal"
          optional
          form={form}
          state={state}
        />
      ))}
    </div>
  );
}
