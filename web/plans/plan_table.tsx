/** Plans with their limits, one table a family. @module */
import { LIMIT_NAMES, type LimitName } from "../../shared/limits/mod.ts";
import { formatDecimal } from "../../shared/money/mod.ts";
import type { PlanRow } from "../../shared/read_api/mod.ts";
import { wholeNumber } from "../format/mod.ts";
import { may, type State } from "../state.ts";
import { Table } from "../ui/mod.ts";

/** Families in the order of their names, the plans of each from the cheapest to the dearest. */
export function familiesOf(plans: readonly PlanRow[]): ReadonlyMap<string, readonly PlanRow[]> {
  const sorted = plans.toSorted((one, other) =>
    one.family !== other.family ? (one.family < other.family ? -1 : 1) : rank(one) - rank(other)
  );
  return Map.groupBy(sorted, ({ family }) => family);
}

/** By price, then by what is allowed; without a limit last. */
function rank({ monthlyPriceNanoUsd, limits }: PlanRow): number {
  const allowed = LIMIT_NAMES.map((name) => limits[name]).find((limit) => limit !== null);
  return parseInt(monthlyPriceNanoUsd ?? "0", 10) * 1_000 +
    Math.min(allowed ?? Infinity, 1_000_000_000_000);
}

/** The plans of one family. */
export function PlanTable(
  { family, plans, state }: {
    readonly family: string;
    readonly plans: readonly PlanRow[];
    readonly state: State;
  },
) {
  const { t } = state;
  const limits = LIMIT_NAMES.filter((name) => plans.some((plan) => plan.limits[name] !== null));
  const isStaff = may(state, "ledger:read", null);
  return (
    <Table
      caption={family}
      rows={plans}
      keyOf={(row) => row.planId}
      columns={[
        {
          title: t("plan"),
          head: true,
          cell: (row) => (
            <>
              {isStaff
                ? (
                  <a href={`/plans/assignments?${new URLSearchParams({ plan: row.planId })}`}>
                    {row.name}
                  </a>
                )
                : row.name}
              <br />
              <code class="quiet break">{row.planId}</code>
            </>
          ),
        },
        { title: t("monthly_price"), number: true, cell: (row) => priceText(row, state) },
        ...limits.map((name) => ({
          title: t(`limit_${name}`),
          number: true,
          cell: (row: PlanRow) => limitText(row.limits[name], state),
        })),
        { title: t("version"), number: true, cell: (row) => row.planVersion },
        ...(may(state, "plan:publish", null)
          ? [{
            title: t("actions"),
            cell: (row: PlanRow) => (
              <a
                class="button button-quiet button-small"
                href={`/plans/publish?${new URLSearchParams({ plan: row.planId })}`}
                aria-label={`${t("edit")}: ${row.name}`}
              >
                {t("edit")}
              </a>
            ),
          }]
          : []),
      ]}
    />
  );
}

function priceText({ monthlyPriceNanoUsd: price }: PlanRow, { t }: State) {
  if (price === null) return <span class="quiet">{t("not_sold_monthly")}</span>;
  return price === "0" ? t("free") : `${formatDecimal(BigInt(price), 9)} USD`;
}

/** A limit in words. */
export function limitText(limit: number | null, { t }: State) {
  return limit === null ? <span class="quiet">{t("unlimited")}</span> : wholeNumber(limit);
}

/** What each limit is called. */
export function limitName(name: LimitName, { t }: State): string {
  return t(`limit_${name}`);
}
