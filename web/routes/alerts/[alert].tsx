/** One alert with its history, and a form to say that somebody has seen it. */
import { type Context, HttpError, page } from "fresh";
import type { AlertDetail } from "../../../shared/read_api/mod.ts";
import { answerForm, newForm, readPosted } from "../../form_page/mod.ts";
import { type FormState } from "../../forms/mod.ts";
import { define, may, personOf, roomsFor, type State } from "../../state.ts";
import {
  alertAmount,
  AlertBadge,
  DoneNotice,
  donePath,
  Facts,
  Field,
  FormTokens,
  PageHead,
  Panel,
  Problems,
  Table,
  Time,
} from "../../ui/mod.ts";

interface AlertPage {
  readonly alert: AlertDetail;
  readonly form: FormState;
}

export const handler = define.handlers<AlertPage>({
  GET: async (ctx) => page(await alertOf(ctx, newForm(ctx.state))),
  async POST(ctx) {
    const { operations } = roomsFor(ctx.state, "alert:acknowledge", null);
    const posted = await readPosted(ctx);
    const alertId = ctx.params.alert ?? "";
    const note = posted.field("note") || null;
    const outcome = await operations.acknowledge(posted.operationId, alertId, note);
    const before = await alertOf(ctx, newForm(ctx.state));
    return answerForm<AlertPage>(ctx, {
      posted,
      submission: { status: "sent", outcome },
      names: ["note"],
      done: (position) => donePath(`/alerts/${alertId}`, "acknowledged", position),
      again: (form) => ({ ...before, form }),
    });
  },
});

async function alertOf(ctx: Context<State>, form: FormState): Promise<AlertPage> {
  const own = personOf(ctx.state).principal.accountId;
  const { operations } = roomsFor(ctx.state, "alert:read", own);
  const alertId = ctx.params.alert ?? "";
  const alert = await operations.alert(alertId);
  if (alert === null) throw new HttpError(404, `there is no alert ${alertId}`);
  return { alert, form };
}

export default define.page<typeof handler>(({ data: { alert, form }, state, url }) => {
  const { t } = state;
  const mayAcknowledge = alert.state === "firing" && may(state, "alert:acknowledge", null);
  state.title = alert.ruleName;
  return (
    <>
      <PageHead
        title={alert.ruleName}
        intro={alert.summary}
        crumb={{ href: "/alerts", text: t("alerts") }}
      >
        <AlertBadge alert={alert} t={t} />
      </PageHead>
      <DoneNotice url={url} t={t} />
      <div class={mayAcknowledge ? "split" : "stack"}>
        <div class="stack">
          <Panel id="facts" title={t("alert")}>
            <AlertFacts alert={alert} state={state} />
          </Panel>
          <Panel id="history" title={t("history")} flush>
            <Table
              caption={t("history")}
              rows={alert.history}
              keyOf={(row) => String(row.sequence)}
              columns={[
                { title: t("time"), cell: (row) => <Time atMs={row.atMs} /> },
                { title: t("state"), head: true, cell: (row) => t(`alert_${row.state}`) },
                {
                  title: t("value"),
                  number: true,
                  cell: (row) => alertAmount(row.value, alert.unit),
                },
                { title: t("actor"), cell: (row) => <code class="break">{row.actor ?? "–"}</code> },
                {
                  title: t("note"),
                  cell: (row) =>
                    row.note ?? (row.resolution === null ? "–" : t(`resolution_${row.resolution}`)),
                },
              ]}
            />
          </Panel>
        </div>
        {mayAcknowledge && (
          <Panel id="acknowledge" title={t("acknowledge")} intro={t("acknowledge_intro")}>
            <form method="post" class="form">
              <FormTokens state={state} form={form} />
              <Problems form={form} t={t} labels={{ note: t("note") }} />
              <Field name="note" label={t("note")} optional form={form} state={state} />
              <p>
                <button type="submit" class="button">{t("acknowledge")}</button>
              </p>
            </form>
          </Panel>
        )}
      </div>
    </>
  );
});

function AlertFacts({ alert, state: { t } }: { alert: AlertDetail; state: State }) {
  return (
    <Facts
      rows={[
        { name: t("subject"), value: `${alert.subject.type} ${alert.subject.id}` },
        {
          name: t("rule"),
          value: (
            <>
              <code>{alert.ruleId}</code> {t("version")} {alert.ruleVersion}
            </>
          ),
        },
        { name: t("value_fired"), value: alertAmount(alert.firedValue, alert.unit) },
        { name: t("value"), value: alertAmount(alert.value, alert.unit) },
        { name: t("threshold"), value: alertAmount(alert.threshold, alert.unit) },
        { name: t("alert_firing"), value: <Time atMs={alert.firedAtMs} /> },
        { name: t("alert_acknowledged"), value: <Time atMs={alert.acknowledgedAtMs} /> },
        { name: t("alert_resolved"), value: <Time atMs={alert.resolvedAtMs} /> },
      ]}
    />
  );
}
