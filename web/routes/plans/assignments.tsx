/** Who has a plan. */
import { HttpError, page } from "fresh";
import type { PlanAssignmentRow } from "../../../shared/read_api/mod.ts";
import { identifierSchema } from "../../../shared/ids/mod.ts";
import type { Page } from "../../rooms/mod.ts";
import { define, roomsFor } from "../../state.ts";
import { PageHead, Pager, Table, Time } from "../../ui/mod.ts";

interface Assignments {
  readonly planId: string;
  readonly rows: Page<PlanAssignmentRow>;
}

export const handler = define.handlers<Assignments>({
  async GET(ctx) {
    const { plans } = roomsFor(ctx.state, "ledger:read", null);
    const plan = identifierSchema.safeParse(ctx.url.searchParams.get("plan"));
    if (!plan.success) throw new HttpError(404, "no plan is named");
    const rows = await plans.assignments(plan.data, ctx.url.searchParams.get("cursor"));
    return page({ planId: plan.data, rows });
  },
});

export default define.page<typeof handler>(({ data: { planId, rows }, state, url }) => {
  const { t } = state;
  state.title = planId;
  return (
    <>
      <PageHead
        title={planId}
        intro={t("assignments_intro")}
        crumb={{ href: "/plans", text: t("plans") }}
      />
      <div class="panel">
        {rows.items.length === 0 ? <p class="empty pt-4">{t("no_assignments")}</p> : (
          <Table
            caption={t("assignments")}
            rows={rows.items}
            keyOf={(row) => `${row.accountId}/${row.keyId}`}
            columns={[
              {
                title: t("account"),
                head: true,
                cell: (row) => <a href={`/accounts/${row.accountId}/plan`}>{row.accountId}</a>,
              },
              {
                title: t("budget_scope"),
                cell: (row) =>
                  row.keyId === null ? t("budget_whole") : (
                    <a
                      class="break"
                      href={`/accounts/${row.accountId}/keys/${encodeURIComponent(row.keyId)}`}
                    >
                      {row.keyId}
                    </a>
                  ),
              },
              { title: t("version"), number: true, cell: (row) => row.planVersion ?? "–" },
              { title: t("time"), cell: (row) => <Time atMs={row.assignedAtMs} /> },
            ]}
          />
        )}
        <Pager
          url={url}
          cursor={rows.nextCursor}
          texts={{ first: t("first_rows"), next: t("next_rows") }}
        />
      </div>
    </>
  );
});
