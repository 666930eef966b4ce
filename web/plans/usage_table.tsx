/** How much of its plans an account and its keys have used. @module */
import type { KeyRow, PlanUsageRow } from "../../shared/read_api/mod.ts";
import { wholeNumber } from "../format/mod.ts";
import type { State } from "../state.ts";
import { ShareBar, Table, Time } from "../ui/mod.ts";
import { limitName } from "./plan_table.tsx";

/** A limit of a plan; null: the plan limits nothing. */
interface Line {
  readonly of: string;
  readonly planText: string;
  readonly keyId: string | null;
  readonly limit: PlanUsageRow["limits"][number] | null;
}

/** A line for each limit of each plan. */
export function PlanUsageTable(
  { usage, keys, state }: {
    readonly usage: readonly PlanUsageRow[];
    readonly keys: readonly KeyRow[];
    readonly state: State;
  },
) {
  const { t } = state;
  const rows = usage.flatMap((plan): Line[] => {
    const of = plan.keyId === null
      ? t("budget_whole")
      : keys.find(({ keyId }) => keyId === plan.keyId)?.label ?? plan.keyId;
    const planText = `${plan.planId} · ${t("version")} ${plan.planVersion}`;
    if (plan.limits.length === 0) return [{ of, planText, keyId: plan.keyId, limit: null }];
    return plan.limits.map((limit) => ({ of, planText, keyId: plan.keyId, limit }));
  });
  if (rows.length === 0) return <p class="empty">{t("no_plan")}</p>;
  return (
    <Table
      caption={t("plan_usage")}
      rows={rows}
      keyOf={({ keyId, limit }) => `${keyId}/${limit?.name}`}
      columns={[
        {
          title: t("budget_scope"),
          head: true,
          cell: ({ of, planText }) => (
            <>
              <span class="break">{of}</span>
              <br />
              <span class="quiet break">{planText}</span>
            </>
          ),
        },
        {
          title: t("limit"),
          cell: ({ limit }) => limit === null ? t("unlimited") : limitName(limit.name, state),
        },
        {
          title: t("used"),
          number: true,
          cell: ({ limit }) =>
            limit === null ? "–" : (
              <ShareBar
                value={BigInt(Math.min(limit.used, limit.limit))}
                most={BigInt(limit.limit)}
              >
                {wholeNumber(limit.used)} / {wholeNumber(limit.limit)}
              </ShareBar>
            ),
        },
        {
          title: t("left"),
          number: true,
          cell: ({ limit }) => limit === null ? "–" : wholeNumber(limit.remaining),
        },
        {
          title: t("limit_resets"),
          cell: ({ limit }) => <Time atMs={limit?.resetAtMs ?? null} />,
        },
      ]}
    />
  );
}
