/** One alert rule: set, switched off, or given back to its default. */
import { type Context, HttpError, page } from "fresh";
import { ALERT_KINDS, type AlertKind } from "../../../../shared/alerts/mod.ts";
import type { AlertRuleRow } from "../../../../shared/read_api/mod.ts";
import { ruleFields, ruleOf, valuesOf } from "../../../alert_rules/mod.ts";
import { answerForm, newForm, readPosted, type Submission } from "../../../form_page/mod.ts";
import type { FormState } from "../../../forms/mod.ts";
import { define, may, roomsFor, type State } from "../../../state.ts";
import { donePath, Field, FormTokens, PageHead, Panel, Problems, Select } from "../../../ui/mod.ts";

interface RulePage {
  readonly rule: AlertRuleRow;
  readonly form: FormState;
}

export const handler = define.handlers<RulePage>({
  async GET(ctx) {
    const rule = await ruleOfPage(ctx);
    return page({ rule, form: newForm(ctx.state, valuesOf(rule)) });
  },
  async POST(ctx) {
    const { operations } = roomsFor(ctx.state, "alert:edit", null);
    const posted = await readPosted(ctx);
    const rule = await ruleOfPage(ctx);
    const submit = async (): Promise<Submission> => {
      if (posted.field("what") === "remove") {
        const outcome = await operations.removeRule(posted.operationId, rule.ruleId);
        return { status: "sent", outcome };
      }
      const asked = ruleOf(rule, posted.field);
      if (!asked.ok) return { status: "invalid", problems: asked.problems };
      const outcome = await operations.setRule(posted.operationId, rule.ruleId, asked.rule);
      return { status: "sent", outcome };
    };
    return answerForm<RulePage>(ctx, {
      posted,
      submission: await submit(),
      names: Object.keys(valuesOf(rule)),
      done: (position) => donePath("/alerts/rules", "rule", position),
      again: (form) => ({ rule, form }),
    });
  },
});

async function ruleOfPage(ctx: Context<State>): Promise<AlertRuleRow> {
  const { operations } = roomsFor(ctx.state, "alert:read", null);
  const ruleId = ctx.params.rule ?? "";
  const rules = await operations.alertRules(null);
  const rule = rules.items.find((row) => row.ruleId === ruleId);
  if (rule === undefined) throw new HttpError(404, `there is no rule ${ruleId}`);
  return rule;
}

export default define.page<typeof handler>(({ data: { rule, form }, state }) => {
  const { t } = state;
  const labels = Object.fromEntries(
    ruleFields(rule.condition).map(({ name, label }) => [name, t(label)]),
  );
  const yesNo = [{ value: "yes", text: t("yes") }, { value: "no", text: t("no") }];
  state.title = rule.name;
  return (
    <>
      <PageHead
        title={rule.name}
        intro={t(`kind_${kindOf(rule)}`)}
        crumb={{ href: "/alerts/rules", text: t("alert_rules") }}
      />
      <Panel id="rule" title={t("rule")} intro={rule.ruleId}>
        <form method="post" class="form">
          <FormTokens state={state} form={form} />
          <Problems form={form} t={t} labels={{ name: t("rule_name"), ...labels }} />
          <Field name="name" label={t("rule_name")} form={form} state={state} />
          <Select
            name="severity"
            label={t("severity")}
            options={(["warning", "critical"] as const).map((value) => ({
              value,
              text: t(`severity_${value}`),
            }))}
            form={form}
            state={state}
          />
          <Select
            name="enabled"
            label={t("rule_enabled")}
            options={yesNo}
            form={form}
            state={state}
          />
          {ruleFields(rule.condition).map(({ name, label, decimals, unit }) => (
            <Field
              key={name}
              name={name}
              label={unit === "" ? t(label) : `${t(label)} (${unit})`}
              inputMode={decimals === null ? undefined : "decimal"}
              optional={decimals === null}
              hint={decimals === null ? t("rule_all_hint") : undefined}
              form={form}
              state={state}
            />
          ))}
          <Field
            name="clearAfterSeconds"
            label={`${t("rule_clear_after")} (s)`}
            inputMode="numeric"
            form={form}
            state={state}
          />
          {may(state, "alert:edit", null) && (
            <p class="flex flex-wrap gap-3">
              <button type="submit" class="button">{t("set_rule")}</button>
              {rule.origin === "set" && (
                <button
                  type="submit"
                  name="what"
                  value="remove"
                  class="button button-quiet"
                  formnovalidate
                >
                  {t(rule.hasDefault ? "rule_back_to_default" : "rule_remove")}
                </button>
              )}
            </p>
          )}
        </form>
      </Panel>
    </>
  );
});

function kindOf(rule: AlertRuleRow): AlertKind {
  return ALERT_KINDS.find((kind) => kind === rule.condition.kind) ?? "spend_per_hour";
}
