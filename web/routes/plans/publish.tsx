/** Publishes a plan; `?plan=` fills the form from the newest version. */
import { type Context, page } from "fresh";
import { LIMIT_NAMES } from "../../../shared/limits/mod.ts";
import type { PlanRow } from "../../../shared/read_api/mod.ts";
import { answerForm, newForm, readPosted, type Submission } from "../../form_page/mod.ts";
import type { FormState } from "../../forms/mod.ts";
import { limitName, PLAN_FIELDS, planOfForm, valuesOfPlan } from "../../plans/mod.ts";
import { define, roomsFor, type State } from "../../state.ts";
import { donePath, Field, FormTokens, PageHead, Panel, Problems } from "../../ui/mod.ts";

interface PlanPage {
  readonly form: FormState;
  readonly families: readonly string[];
}

export const handler = define.handlers<PlanPage>({
  async GET(ctx) {
    const known = await plansOf(ctx);
    const wanted = ctx.url.searchParams.get("plan");
    const plan = known.find(({ planId }) => planId === wanted);
    const values = plan === undefined ? { version: "0" } : valuesOfPlan(plan);
    return page({ form: newForm(ctx.state, values), families: familyNames(known) });
  },
  async POST(ctx) {
    const { plans } = roomsFor(ctx.state, "plan:publish", null);
    const posted = await readPosted(ctx);
    const known = await plansOf(ctx);
    const before = known.find(({ planId }) => planId === posted.field("planId"));
    const newest = String(before?.planVersion ?? 0);
    const asked = planOfForm(posted.field);
    const submit = async (): Promise<Submission> => {
      // An empty limit lifts it, so nobody publishes over a plan without having seen it.
      if (posted.field("version") !== newest) {
        return { status: "invalid", problems: { planId: "plan_changed" } };
      }
      if (!asked.ok) return { status: "invalid", problems: asked.problems };
      return { status: "sent", outcome: await plans.publish(posted.operationId, asked.body) };
    };
    return answerForm<PlanPage>(ctx, {
      posted,
      submission: await submit(),
      names: PLAN_FIELDS,
      done: (position) => donePath("/plans", "plan", position),
      again: (form) => ({
        form: { ...form, values: { ...form.values, version: newest } },
        families: familyNames(known),
      }),
    });
  },
});

async function plansOf(ctx: Context<State>): Promise<readonly PlanRow[]> {
  const { plans } = roomsFor(ctx.state, "plan:publish", null);
  return (await plans.plans()).items;
}

function familyNames(plans: readonly PlanRow[]): readonly string[] {
  return [...new Set(plans.map(({ family }) => family))];
}

export default define.page<typeof handler>(({ data: { form, families }, state }) => {
  const { t } = state;
  const labels: Record<string, string> = {
    planId: t("plan_id"),
    name: t("plan_name"),
    family: t("family"),
    monthlyPrice: t("monthly_price_usd"),
    ...Object.fromEntries(LIMIT_NAMES.map((name) => [name, limitName(name, state)])),
  };
  const field = { form, state };
  state.title = t("publish_plan");
  return (
    <>
      <PageHead
        title={t("publish_plan")}
        intro={t("publish_plan_intro")}
        crumb={{ href: "/plans", text: t("plans") }}
      />
      <Panel id="plan" title={t("plan")}>
        <form method="post" class="form">
          <FormTokens state={state} form={form} />
          <input type="hidden" name="version" value={form.values.version ?? "0"} />
          <Problems form={form} t={t} labels={labels} />
          <Field name="planId" label={labels.planId!} {...field} />
          <Field name="name" label={labels.name!} {...field} />
          <Field
            name="family"
            label={labels.family!}
            hint={t("family_hint")}
            list="known-families"
            {...field}
          />
          <datalist id="known-families">
            {families.map((family) => <option key={family} value={family} />)}
          </datalist>
          <Field
            name="monthlyPrice"
            label={labels.monthlyPrice!}
            hint={t("monthly_price_hint")}
            inputMode="decimal"
            optional
            {...field}
          />
          <fieldset class="grid gap-3">
            <legend class="font-semibold">{t("limits")}</legend>
            <p class="hint">{t("limits_hint")}</p>
            {LIMIT_NAMES.map((name) => (
              <Field
                key={name}
                name={name}
                label={labels[name]!}
                inputMode="numeric"
                optional
                {...field}
              />
            ))}
          </fieldset>
          <p class="actions">
            <button type="submit" class="button">{t("publish_plan")}</button>
            <a class="button button-quiet" href="/plans">{t("cancel")}</a>
          </p>
        </form>
      </Panel>
    </>
  );
});
