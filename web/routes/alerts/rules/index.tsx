/** The alert rules in force. */
import { page } from "fresh";
import type { AlertRuleRow } from "../../../../shared/read_api/mod.ts";
import { conditionText } from "../../../alert_rules/mod.ts";
import type { Page } from "../../../rooms/mod.ts";
import { define, positionOf, roomsFor } from "../../../state.ts";
import { DoneNotice, PageHead, Table } from "../../../ui/mod.ts";

const TONES = {
  ok: "good",
  firing: "bad",
  unknown: "wait",
  disabled: "info",
} as const satisfies Record<AlertRuleRow["evaluation"]["state"], string>;

export const handler = define.handlers<Page<AlertRuleRow>>({
  async GET(ctx) {
    const { operations } = roomsFor(ctx.state, "alert:read", null);
    return page(await operations.alertRules(positionOf(ctx.url)));
  },
});

export default define.page<typeof handler>(({ data, state, url }) => {
  const { t } = state;
  state.title = t("alert_rules");
  return (
    <>
      <PageHead title={t("alert_rules")} intro={t("alert_rules_intro")} />
      <DoneNotice url={url} t={t} />
      <div class="panel">
        <Table
          caption={t("alert_rules")}
          rows={data.items}
          keyOf={(row) => row.ruleId}
          columns={[
            {
              title: t("rule"),
              head: true,
              cell: (row) => (
                <>
                  <a href={`/alerts/rules/${row.ruleId}`}>{row.name}</a>
                  <br />
                  <code class="quiet">{row.ruleId}</code>
                </>
              ),
            },
            { title: t("severity"), cell: (row) => t(`severity_${row.severity}`) },
            { title: t("condition"), cell: (row) => conditionText(row.condition) },
            {
              title: t("state"),
              cell: ({ evaluation }) => (
                <>
                  <span class={`badge tone-${TONES[evaluation.state]}`}>
                    {t(`evaluation_${evaluation.state}`)}
                  </span>
                  {evaluation.reason !== null && <p class="quiet break">{evaluation.reason}</p>}
                </>
              ),
            },
            {
              title: t("set_by"),
              cell: (row) => row.setBy === null ? t("rule_default") : <code>{row.setBy}</code>,
            },
          ]}
        />
      </div>
    </>
  );
});
