/** One account at a glance: balance, usage, newest requests, and how to make a call. */
import { HttpError, page } from "fresh";
import type { AccountRow, RequestRow } from "../../../../shared/read_api/mod.ts";
import { lastDays } from "../../../format/mod.ts";
import LiveBalance from "../../../islands/live_balance.tsx";
import { define, may, positionOf, roomsFor, type State } from "../../../state.ts";
import {
  type DayBar,
  DoneNotice,
  PageHead,
  Panel,
  RequestTable,
  shownBalance,
  Snippets,
  UsageChart,
} from "../../../ui/mod.ts";

interface Overview {
  readonly account: AccountRow;
  readonly days: readonly DayBar[];
  readonly requests: readonly RequestRow[];
  /** Whether a call can be made; null for those who may not see the keys. */
  readonly hasKey: boolean | null;
}

const DAYS = 14;
const NEWEST = 8;

export const handler = define.handlers<Overview>({
  async GET(ctx) {
    const accountId = ctx.params.account ?? "";
    const { reads } = roomsFor(ctx.state, "account:read", accountId);
    const days = lastDays(ctx.state.services.effects.clock.nowMs(), DAYS);
    const account = await reads.account(accountId, positionOf(ctx.url));
    if (account === null) throw new HttpError(404, `there is no account ${accountId}`);
    const [usage, requests, keys] = await Promise.all([
      reads.usageByDay(accountId, days[0] ?? "", days.at(-1) ?? ""),
      reads.requests({ account: accountId }, null),
      may(ctx.state, "key:read", accountId) ? reads.keys(accountId) : null,
    ]);
    const nowMs = ctx.state.services.effects.clock.nowMs();
    const byDay = new Map(usage.map((row) => [row.day, row]));
    return page({
      account,
      days: days.map((day) => byDay.get(day) ?? { day, chargedMicroKyat: "0", requests: 0 }),
      requests: requests.items.slice(0, NEWEST),
      hasKey: keys === null
        ? null
        : keys.items.some((key) =>
          key.state === "active" && (key.expiresAtMs === null || key.expiresAtMs > nowMs)
        ),
    });
  },
});

export default define.page<typeof handler>(({ data, state, url }) => {
  const { t } = state;
  const { account, days, requests, hasKey } = data;
  const base = `/accounts/${account.accountId}`;
  const isOwn = state.person?.principal.role === "developer";
  state.title = account.name;
  return (
    <>
      <PageHead
        title={account.name}
        crumb={isOwn ? undefined : { href: "/accounts", text: t("accounts") }}
      >
        <AccountActions state={state} accountId={account.accountId} />
      </PageHead>
      <div class="stack">
        <DoneNotice url={url} t={t} />
        <section class="panel" aria-label={t("balance")}>
          <LiveBalance
            url={`${base}/live`}
            balance={shownBalance(account)}
            texts={{
              available: t("available"),
              held: t("held"),
              settled: t("settled"),
              credited: t("credited"),
              kyat: t("kyat"),
              live: t("live"),
              connecting: t("live_connecting"),
              lost: t("live_lost"),
              off: t("live_off"),
            }}
          />
        </section>
        <div class="split">
          <div class="stack">
            <Panel id="usage" title={t("usage")} intro={t("usage_days", { days: String(DAYS) })}>
              <UsageChart days={days} t={t} />
            </Panel>
            <Panel
              id="recent"
              title={t("recent_requests")}
              flush
              aside={<a href={`/requests?account=${account.accountId}`}>{t("all_requests")}</a>}
            >
              {requests.length === 0
                ? <p class="empty">{t("no_requests")}</p>
                : <RequestTable rows={requests} t={t} detail="short" />}
            </Panel>
          </div>
          <Panel id="first-call" title={t("first_call")} intro={t("first_call_intro")}>
            {may(state, "key:issue", account.accountId) && (
              <p class="mb-3">
                <a href={`${base}/keys`}>{hasKey === false ? t("need_key") : t("manage_keys")}</a>
              </p>
            )}
            <Snippets baseUrl={state.services.proxyPublicUrl} t={t} />
          </Panel>
        </div>
      </div>
    </>
  );
});

function AccountActions({ state, accountId }: { state: State; accountId: string }) {
  const { t } = state;
  const isOwn = state.person?.principal.role === "developer";
  const history = (
    <a class="button button-quiet" href={`/accounts/${accountId}/history`}>{t("history")}</a>
  );
  if (isOwn) return history;
  const actions = [
    { permission: "credit:grant", path: "credit", text: t("grant_credit"), main: true },
    { permission: "adjustment:post", path: "adjust", text: t("adjust"), main: false },
    { permission: "key:read", path: "keys", text: t("keys"), main: false },
    { permission: "account:read", path: "budget", text: t("budget"), main: false },
    { permission: "account:read", path: "plan", text: t("plan_usage"), main: false },
  ] as const;
  return (
    <>
      {actions.filter(({ permission }) => may(state, permission, accountId)).map((action) => (
        <a
          key={action.path}
          class={`button ${action.main ? "" : "button-quiet"}`}
          href={`/accounts/${accountId}/${action.path}`}
        >
          {action.text}
        </a>
      ))}
      {history}
    </>
  );
}
