/** What a period would have cost under other terms, and the credit notes that follow. */
import { type Context, page } from "fresh";
import type { ReRateRow } from "../../shared/read_api/mod.ts";
import { answerForm, newForm, readPosted } from "../form_page/mod.ts";
import { emptyForm, type FormState, kyatPerUsd, markupParts, text } from "../forms/mod.ts";
import { dayInYangon } from "../format/mod.ts";
import type { Page } from "../rooms/mod.ts";
import { define, may, newOperationId, roomsFor, type State } from "../state.ts";
import {
  DoneNotice,
  Field,
  filterValue,
  FormTokens,
  Money,
  PageHead,
  Pager,
  Panel,
  Problems,
  Select,
  Table,
} from "../ui/mod.ts";

interface ReRate {
  /** Null until a period is asked for. */
  readonly report: Page<ReRateRow> | null;
  /** What was asked for, with what is wrong with it. */
  readonly asked: FormState;
  readonly form: FormState;
}

/** The question as the address has it, and as the projections are asked. */
type Query = Record<string, string | null>;

export const handler = define.handlers<ReRate>({
  GET: async (ctx) => page(await reportOf(ctx, newForm(ctx.state))),
  async POST(ctx) {
    const { costs, commands } = roomsFor(ctx.state, "credit_note:issue", null);
    const posted = await readPosted(ctx);
    const accountId = posted.field("account");
    const reason = text(posted.field("reason"));
    // The amount is read anew: what a browser sends back is not what the report says. It is issued
    // only when the person has seen that same amount.
    const { query } = queryOf(ctx.url);
    const rows = await costs.reRate({ ...query, account: accountId, cursor: null });
    const row = rows.items.find((each) => each.accountId === accountId);
    const before = await reportOf(ctx, newForm(ctx.state));
    if (row === undefined || row.creditMicroKyat !== posted.field("seen")) {
      const refusal = ctx.state.t("credit_note_changed");
      return page({ ...before, form: { ...before.form, refusal } }, { status: 422 });
    }
    const submission = !reason.ok
      ? { status: "invalid" as const, problems: { reason: "required" as const } }
      : {
        status: "sent" as const,
        outcome: await commands.issueCreditNote(posted.operationId, accountId, {
          reference: row.reRateId,
          amountMicroKyat: row.creditMicroKyat,
          fromDay: query.from ?? null,
          toDay: query.to ?? null,
          reason: reason.value,
        }),
      };
    const address = new URLSearchParams(ctx.url.search);
    return answerForm<ReRate>(ctx, {
      posted,
      submission,
      names: ["reason"],
      done(position) {
        address.set("done", "credit_note");
        address.set("at", position);
        return `/re-rate?${address}`;
      },
      again: (form) => ({ ...before, form }),
    });
  },
});

async function reportOf(ctx: Context<State>, form: FormState): Promise<ReRate> {
  const { costs } = roomsFor(ctx.state, "ledger:read", null);
  const { query, asked } = queryOf(ctx.url);
  const isAsked = query.from !== null && query.to !== null;
  if (!isAsked || Object.keys(asked.problems).length > 0) {
    const today = dayInYangon(ctx.state.services.effects.clock.nowMs());
    const values = { from: today, to: today, ...asked.values };
    return { report: null, asked: { ...asked, values }, form };
  }
  const cursor = ctx.url.searchParams.get("cursor");
  const at = ctx.url.searchParams.get("at");
  return { report: await costs.reRate({ ...query, cursor, min_position: at }), asked, form };
}

const NAMES = ["from", "to", "account", "model", "prices", "markup", "kyatPerUsd"];

/** Reads the question from the address; `problems` name what is no number or day. */
function queryOf(url: URL): { query: Query; asked: FormState } {
  const given = (name: string) => filterValue(url, name);
  const values = Object.fromEntries(
    NAMES.flatMap((name) => given(name) === null ? [] : [[name, given(name) ?? ""]]),
  );
  const markup = given("markup") === null ? null : markupParts(given("markup") ?? "");
  const fx = given("kyatPerUsd") === null ? null : kyatPerUsd(given("kyatPerUsd") ?? "");
  const day = (name: string) => {
    const text = given(name);
    return text !== null && /^\d{4}-\d\d-\d\d$/.test(text) ? text : null;
  };
  return {
    query: {
      from: day("from"),
      to: day("to"),
      account: given("account"),
      model: given("model"),
      prices: given("prices") === "current" ? "current" : null,
      markup: markup?.ok ? String(markup.value) : null,
      kyat_per_usd: fx?.ok ? fx.value : null,
    },
    asked: {
      ...emptyForm("", values),
      problems: {
        ...(markup !== null && !markup.ok ? { markup: markup.problem } : {}),
        ...(fx !== null && !fx.ok ? { kyatPerUsd: fx.problem } : {}),
      },
    },
  };
}

export default define.page<typeof handler>(({ data, state, url }) => {
  const { t } = state;
  const { report, form } = data;
  state.title = t("re_rate");
  return (
    <>
      <PageHead title={t("re_rate")} intro={t("re_rate_intro")} />
      <DoneNotice url={url} t={t} />
      <Problems form={form} t={t} labels={{ reason: t("reason") }} />
      <div class="stack">
        <Panel id="terms" title={t("terms")} intro={t("terms_intro")}>
          <Terms asked={data.asked} state={state} />
        </Panel>
        {report !== null && (
          <Panel id="report" title={t("re_rate_report")} flush>
            {report.items.length === 0
              ? <p class="empty">{t("costs_none")}</p>
              : <Report rows={report.items} form={form} state={state} />}
            <Pager
              url={url}
              cursor={report.nextCursor}
              texts={{ first: t("first_rows"), next: t("next_rows") }}
            />
          </Panel>
        )}
      </div>
    </>
  );
});

function Terms({ asked: form, state }: { asked: FormState; state: State }) {
  const { t } = state;
  const field = { form, state };
  return (
    <form method="get" class="filters">
      <Field name="from" label={t("from")} type="date" {...field} />
      <Field name="to" label={t("until")} type="date" {...field} />
      <Field name="account" label={t("account_id")} optional {...field} />
      <Field name="model" label={t("model")} optional {...field} />
      <Select
        name="prices"
        label={t("prices")}
        options={[
          { value: "", text: t("terms_pinned") },
          { value: "current", text: t("terms_current") },
        ]}
        {...field}
      />
      <Field name="markup" label={t("markup_percent")} inputMode="decimal" optional {...field} />
      <Field name="kyatPerUsd" label={t("terms_fx")} inputMode="decimal" optional {...field} />
      <div class="filters-actions">
        <button type="submit" class="button">{t("re_rate_action")}</button>
      </div>
    </form>
  );
}

function Report(
  { rows, form, state }: { rows: readonly ReRateRow[]; form: FormState; state: State },
) {
  const { t } = state;
  const kyat = (microKyat: string) => <Money microKyat={microKyat} minimumDecimals={6} />;
  return (
    <Table
      caption={t("re_rate_report")}
      rows={rows}
      keyOf={(row) => row.accountId}
      columns={[
        {
          title: t("account"),
          head: true,
          cell: (row) => <a href={`/accounts/${row.accountId}`}>{row.accountId}</a>,
        },
        { title: t("requests"), number: true, cell: (row) => row.requests },
        { title: t("charge_full"), number: true, cell: (row) => kyat(row.chargeMicroKyat) },
        { title: t("re_rated"), number: true, cell: (row) => kyat(row.reRatedMicroKyat) },
        { title: t("difference"), number: true, cell: (row) => kyat(row.differenceMicroKyat) },
        {
          title: t("credited_in_period"),
          number: true,
          cell: (row) => kyat(row.creditedInPeriodMicroKyat),
        },
        {
          title: t("credit_note"),
          number: true,
          cell: (row) => <CreditNote row={row} form={form} state={state} />,
        },
      ]}
    />
  );
}

function CreditNote({ row, form, state }: { row: ReRateRow; form: FormState; state: State }) {
  const { t } = state;
  const amount = <Money microKyat={row.creditMicroKyat} minimumDecimals={6} unit={t("kyat")} />;
  if (row.creditedMicroKyat !== null) {
    return <span class="badge tone-good">✓ {t("credit_note_issued")}</span>;
  }
  if (row.isPeriodOpen) return <span class="quiet">{t("credit_note_later")}</span>;
  if (row.creditMicroKyat === "0") return <span class="quiet">–</span>;
  if (!may(state, "credit_note:issue", row.accountId)) return amount;
  const label = `${t("credit_note_issue")}: ${row.accountId}`;
  return (
    <details>
      <summary>{amount}</summary>
      <form method="post" class="form text-left">
        <FormTokens state={state} form={{ ...form, operationId: newOperationId(state) }} />
        <input type="hidden" name="account" value={row.accountId} />
        <input type="hidden" name="seen" value={row.creditMicroKyat} />
        <div class="field">
          <label for={`reason-${row.accountId}`}>{t("reason")}</label>
          <input id={`reason-${row.accountId}`} name="reason" required maxLength={200} />
        </div>
        <p>
          <button type="submit" class="button button-small" aria-label={label}>
            {t("credit_note_issue")}
          </button>
        </p>
      </form>
    </details>
  );
}
