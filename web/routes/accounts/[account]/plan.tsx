/** An account's use of its plans, and a form to assign one. */
import { type Context, page } from "fresh";
import { identifierSchema } from "../../../../shared/ids/mod.ts";
import type { KeyRow, PlanRow, PlanUsageRow } from "../../../../shared/read_api/mod.ts";
import { answerForm, newForm, readPosted, type Submission } from "../../../form_page/mod.ts";
import type { FormState } from "../../../forms/mod.ts";
import LiveRegion from "../../../islands/live_region.tsx";
import { PlanUsageTable } from "../../../plans/mod.ts";
import { define, may, positionOf, roomsFor, type State } from "../../../state.ts";
import {
  DoneNotice,
  donePath,
  FormTokens,
  PageHead,
  Panel,
  Problems,
  Select,
} from "../../../ui/mod.ts";

interface PlanPage {
  readonly usage: readonly PlanUsageRow[];
  readonly plans: readonly PlanRow[];
  readonly keys: readonly KeyRow[];
  readonly form: FormState;
}

const REFRESH_MS = 5_000;

export const handler = define.handlers<PlanPage>({
  GET: async (ctx) => page(await pageOf(ctx, newForm(ctx.state))),
  async POST(ctx) {
    const accountId = ctx.params.account ?? "";
    const { plans } = roomsFor(ctx.state, "plan:assign", accountId);
    const posted = await readPosted(ctx);
    const keyId = posted.field("key") === "" ? null : posted.field("key");
    const planId = posted.field("plan") === "" ? null : posted.field("plan");
    const isNamed = planId === null || identifierSchema.safeParse(planId).success;
    const submission: Submission = isNamed
      ? {
        status: "sent",
        outcome: await plans.assign(posted.operationId, { accountId, keyId, planId }),
      }
      : { status: "invalid", problems: { plan: "identifier_bad" } };
    const before = await pageOf(ctx, newForm(ctx.state));
    return answerForm<PlanPage>(ctx, {
      posted,
      submission,
      names: ["key", "plan"],
      done: (position) => donePath(`/accounts/${accountId}/plan`, "plan_assigned", position),
      again: (form) => ({ ...before, form }),
    });
  },
});

async function pageOf(ctx: Context<State>, form: FormState): Promise<PlanPage> {
  const accountId = ctx.params.account ?? "";
  const { plans, reads } = roomsFor(ctx.state, "account:read", accountId);
  const [usage, known, keys] = await Promise.all([
    plans.usage(accountId, positionOf(ctx.url)),
    may(ctx.state, "plan:assign", accountId) ? plans.plans() : { items: [] },
    reads.everyKey(accountId),
  ]);
  return { usage: usage.items, plans: known.items, keys, form };
}

export default define.page<typeof handler>(({ data, state, params, url }) => {
  const { t } = state;
  const account = params.account ?? "";
  const isOwn = state.person?.principal.role === "developer";
  const mayAssign = may(state, "plan:assign", account);
  state.title = t("plan_usage");
  return (
    <>
      <PageHead
        title={t("plan_usage")}
        intro={t("plan_usage_intro")}
        crumb={isOwn ? undefined : { href: `/accounts/${account}`, text: account }}
      >
        {/* Room for the mark, so that nothing moves under a pointer when it comes. */}
        <span class="self-center min-w-20">
          <LiveRegion
            target="plan-usage"
            source={null}
            everyMs={REFRESH_MS}
            texts={{ live: t("live"), lost: t("live_lost") }}
          />
        </span>
        <a class="button button-quiet" href="/plans">{t("plans")}</a>
      </PageHead>
      <div class="stack">
        <DoneNotice url={url} t={t} />
        <div class={mayAssign ? "split" : "stack"}>
          <div class="panel" id="plan-usage">
            <PlanUsageTable usage={data.usage} keys={data.keys} state={state} />
          </div>
          {mayAssign && <AssignForm data={data} state={state} />}
        </div>
      </div>
    </>
  );
});

function AssignForm({ data: { plans, keys, form }, state }: { data: PlanPage; state: State }) {
  const { t } = state;
  return (
    <Panel id="assign" title={t("assign_plan")} intro={t("assign_plan_intro")}>
      <form method="post" class="form">
        <FormTokens state={state} form={form} />
        <Problems form={form} t={t} labels={{ plan: t("plan") }} />
        <Select
          name="key"
          label={t("budget_scope")}
          options={[
            { value: "", text: t("budget_whole") },
            ...keys.filter((row) => row.state === "active")
              .map((row) => ({ value: row.keyId, text: row.label })),
          ]}
          form={form}
          state={state}
        />
        <Select
          name="plan"
          label={t("plan")}
          options={[
            ...plans.map(({ planId, name, family, planVersion }) => ({
              value: planId,
              text: `${family}: ${name} · ${t("version")} ${planVersion}`,
            })),
            { value: "", text: t("plan_none") },
          ]}
          form={form}
          state={state}
        />
        <p>
          <button type="submit" class="button">{t("assign_plan")}</button>
        </p>
      </form>
    </Panel>
  );
}
