/** An account's budgets: what is set, and a form to set one. */
import { type Context, page } from "fresh";
import type { JsonObject } from "../../../../shared/json.ts";
import type { BudgetRow, KeyRow } from "../../../../shared/read_api/mod.ts";
import { answerForm, newForm, readPosted, type Submission } from "../../../form_page/mod.ts";
import {
  checkFields,
  type FieldCheck,
  type FormState,
  identifier,
  signedKyat,
} from "../../../forms/mod.ts";
import { define, may, positionOf, roomsFor, type State } from "../../../state.ts";
import {
  DoneNotice,
  donePath,
  Field,
  FormTokens,
  Money,
  PageHead,
  Panel,
  Problems,
  Select,
  Table,
} from "../../../ui/mod.ts";

const PERIODS = ["day", "week", "month", "total"] as const satisfies readonly BudgetRow["period"][];

interface Budgets {
  readonly budgets: readonly BudgetRow[];
  readonly keys: readonly KeyRow[];
  readonly form: FormState;
}

export const handler = define.handlers<Budgets>({
  GET: async (ctx) => page(await budgetsOf(ctx, newForm(ctx.state))),
  async POST(ctx) {
    const accountId = ctx.params.account ?? "";
    const { commands } = roomsFor(ctx.state, "budget:set", accountId);
    const posted = await readPosted(ctx);
    const checked = checkFields({
      limit: limitOf(posted.field("limit")),
      owner: ownerOf(posted.field),
    });
    const submission: Submission = checked.ok
      ? {
        status: "sent",
        outcome: await commands.setBudget(posted.operationId, accountId, {
          ...checked.value.owner,
          period: PERIODS.find((known) => known === posted.field("period")) ?? "month",
          limitMicroKyat: checked.value.limit,
        }),
      }
      : { status: "invalid", problems: checked.problems };
    const before = await budgetsOf(ctx, newForm(ctx.state));
    return answerForm(ctx, {
      posted,
      submission,
      names: ["scope", "owner", "period", "limit"],
      done: (position) => donePath(`/accounts/${accountId}/budget`, "budget", position),
      again: (form) => ({ ...before, form }),
    });
  },
});

async function budgetsOf(ctx: Context<State>, form: FormState): Promise<Budgets> {
  const accountId = ctx.params.account ?? "";
  const { reads } = roomsFor(ctx.state, "account:read", accountId);
  const [budgets, keys] = await Promise.all([
    reads.budgets(accountId, positionOf(ctx.url)),
    reads.everyKey(accountId),
  ]);
  return { budgets: budgets.items, keys, form };
}

/** What the budget is for: one that was chosen, or a team or user named beside it. */
function ownerOf(field: (name: string) => string): FieldCheck<JsonObject> {
  const [kind = "", ...rest] = field("scope").split(":");
  if (kind === "") return { ok: true, value: { keyId: null } };
  const checked = identifier(rest.length === 0 ? field("owner") : rest.join(":"));
  if (!checked.ok) return checked;
  if (kind === "key") return { ok: true, value: { keyId: checked.value } };
  return {
    ok: true,
    value: { keyId: null, [kind === "team" ? "teamId" : "userId"]: checked.value },
  };
}

/** A limit in microkyat; null lifts the budget. */
function limitOf(given: string): FieldCheck<string | null> {
  return given === "" ? { ok: true, value: null } : signedKyat(given, { positive: true });
}

export default define.page<typeof handler>(({ data, state, params, url }) => {
  const { t } = state;
  const account = params.account ?? "";
  const isOwn = state.person?.principal.role === "developer";
  const maySet = may(state, "budget:set", account);
  state.title = t("budget");
  return (
    <>
      <PageHead
        title={t("budget")}
        intro={t("budget_intro")}
        crumb={isOwn ? undefined : { href: `/accounts/${account}`, text: account }}
      />
      <DoneNotice url={url} t={t} />
      <div class={maySet ? "split" : "stack"}>
        <Panel id="budgets" title={t("budget")} flush>
          <BudgetTable data={data} state={state} />
        </Panel>
        {maySet && <BudgetForm data={data} state={state} />}
      </div>
    </>
  );
});

function nameOfKey(keys: readonly KeyRow[], keyId: string): string {
  return keys.find((row) => row.keyId === keyId)?.label ?? keyId;
}

function scopeOf(row: BudgetRow, keys: readonly KeyRow[], t: State["t"]): string {
  if (row.keyId !== null) return nameOfKey(keys, row.keyId);
  if (typeof row.teamId === "string") return `${t("budget_of_team")} ${row.teamId}`;
  if (typeof row.userId === "string") return `${t("budget_of_user")} ${row.userId}`;
  return t("budget_whole");
}

function BudgetTable({ data, state: { t } }: { data: Budgets; state: State }) {
  if (data.budgets.length === 0) return <p class="empty">{t("no_budgets")}</p>;
  return (
    <Table
      caption={t("budget")}
      rows={data.budgets}
      keyOf={(row) => `${row.keyId}/${row.teamId}/${row.userId}/${row.period}`}
      columns={[
        {
          title: t("budget_scope"),
          head: true,
          cell: (row) => scopeOf(row, data.keys, t),
        },
        { title: t("budget_period"), cell: (row) => t(`period_${row.period}`) },
        {
          title: t("budget_limit"),
          number: true,
          cell: (row) =>
            row.limitMicroKyat === null
              ? <span class="quiet">{t("budget_no_limit")}</span>
              : <Money microKyat={row.limitMicroKyat} />,
        },
      ]}
    />
  );
}

/** The account, its keys, and every team and user that a key or a budget names. */
function scopesOf({ keys, budgets }: Budgets, t: State["t"]) {
  const known = (member: "teamId" | "userId") =>
    [...new Set([...keys, ...budgets].flatMap((row) => row[member] ?? []))].sort();
  return [
    { value: "", text: t("budget_whole") },
    ...keys.filter((row) => row.state === "active")
      .map((row) => ({ value: `key:${row.keyId}`, text: `${t("key")}: ${row.label}` })),
    ...known("teamId").map((id) => ({
      value: `team:${id}`,
      text: `${t("budget_of_team")}: ${id}`,
    })),
    ...known("userId").map((id) => ({
      value: `user:${id}`,
      text: `${t("budget_of_user")}: ${id}`,
    })),
    { value: "team", text: t("budget_other_team") },
    { value: "user", text: t("budget_other_user") },
  ];
}

function BudgetForm({ data, state }: { data: Budgets; state: State }) {
  const { t } = state;
  const { form } = data;
  return (
    <Panel id="set-budget" title={t("set_budget")}>
      <form method="post" class="form">
        <FormTokens state={state} form={form} />
        <Problems
          form={form}
          t={t}
          labels={{ limit: t("budget_limit"), owner: t("budget_owner") }}
        />
        <Select
          name="scope"
          label={t("budget_scope")}
          options={scopesOf(data, t)}
          form={form}
          state={state}
        />
        <Field
          name="owner"
          label={t("budget_owner")}
          hint={t("budget_owner_hint")}
          optional
          form={form}
          state={state}
        />
        <Select
          name="period"
          label={t("budget_period")}
          options={PERIODS.map((value) => ({ value, text: t(`period_${value}`) }))}
          form={form}
          state={state}
        />
        <Field
          name="limit"
          label={t("budget_limit")}
          hint={t("budget_limit_hint")}
          inputMode="decimal"
          optional
          form={form}
          state={state}
        />
        <p>
          <button type="submit" class="button">{t("set_budget")}</button>
        </p>
      </form>
    </Panel>
  );
}
