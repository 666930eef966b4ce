/** Time travel: an account's balance and journal as of any moment. */
import { HttpError, page } from "fresh";
import type { AccountRow, BalanceAsOf, JournalRow } from "../../../../../shared/read_api/mod.ts";
import { momentInYangon } from "../../../../format/mod.ts";
import TimeSlider from "../../../../islands/time_slider.tsx";
import type { Page } from "../../../../rooms/mod.ts";
import { define, may, roomsFor, type State } from "../../../../state.ts";
import {
  FilterForm,
  filterValue,
  Legs,
  Money,
  PageHead,
  Pager,
  Panel,
  pastBalance,
  Table,
  Time,
} from "../../../../ui/mod.ts";

interface History {
  readonly account: AccountRow;
  readonly atMs: number;
  readonly nowMs: number;
  readonly balance: BalanceAsOf | null;
  readonly journal: Page<JournalRow>;
}

export const handler = define.handlers<History>({
  async GET(ctx) {
    const accountId = ctx.params.account ?? "";
    const { reads, audit } = roomsFor(ctx.state, "account:read", accountId);
    const nowMs = ctx.state.services.effects.clock.nowMs();
    const asked = momentInYangon(filterValue(ctx.url, "at"));
    const atMs = asked === null ? nowMs : Date.parse(asked);
    const moment = { at: String(atMs) };
    const [account, balance, journal] = await Promise.all([
      reads.account(accountId),
      audit.balanceAsOf(accountId, moment),
      audit.journal(accountId, moment, ctx.url.searchParams.get("cursor")),
    ]);
    if (account === null) throw new HttpError(404, `there is no account ${accountId}`);
    return page({ account, atMs, nowMs, balance, journal });
  },
});

export default define.page<typeof handler>(({ data, state, url }) => {
  const { t } = state;
  const { account, atMs, nowMs, balance, journal } = data;
  const base = `/accounts/${account.accountId}`;
  state.title = t("history");
  return (
    <>
      <PageHead
        title={t("history")}
        intro={t("history_intro")}
        crumb={{ href: base, text: account.name }}
      />
      <div class="stack">
        <section class="panel" aria-label={t("balance")}>
          <FilterForm
            url={url}
            state={state}
            fields={[{ name: "at", label: t("moment"), kind: "moment" }]}
          />
          <div class="panel-body">
            <TimeSlider
              url={`${base}/history/balance`}
              fromMs={account.openedAtMs}
              toMs={Math.max(nowMs, account.openedAtMs + 1)}
              atMs={atMs}
              first={pastBalance(balance, atMs)}
              texts={{
                slider: t("moment"),
                available: t("available"),
                held: t("held"),
                total: t("total"),
                kyat: t("kyat"),
                position: t("position"),
                nothing: t("no_account_then"),
                failed: t("history_failed"),
              }}
            />
          </div>
        </section>
        <Panel id="journal" title={t("journal")} intro={t("journal_intro")} flush>
          <Journal rows={journal.items} state={state} />
          <Pager
            url={url}
            cursor={journal.nextCursor}
            texts={{ first: t("newest"), next: t("older") }}
          />
        </Panel>
      </div>
    </>
  );
});

function Journal({ rows, state }: { rows: readonly JournalRow[]; state: State }) {
  const { t } = state;
  if (rows.length === 0) return <p class="empty">{t("no_journal")}</p>;
  const mayOpen = may(state, "ledger:read", null);
  return (
    <Table
      caption={t("journal")}
      rows={rows}
      keyOf={(row) => `${row.shard}/${row.position}`}
      columns={[
        { title: t("time"), cell: (row) => <Time atMs={row.recordedAtMs} /> },
        {
          title: t("event"),
          head: true,
          cell: (row) =>
            mayOpen
              ? <a href={`/events/${row.shard}/${row.position}`}>{row.type}</a>
              : row.requestId === null
              ? row.type
              : <a href={`/requests/${row.requestId}`}>{row.type}</a>,
        },
        {
          title: t("change"),
          number: true,
          cell: (row) => <Money microKyat={row.changeMicroKyat} minimumDecimals={6} />,
        },
        {
          title: t("available"),
          number: true,
          cell: (row) => <Money microKyat={row.availableMicroKyat} minimumDecimals={6} />,
        },
        {
          title: t("held"),
          number: true,
          cell: (row) => <Money microKyat={row.heldMicroKyat} minimumDecimals={6} />,
        },
        {
          title: t("legs"),
          cell: (row) => (
            <details>
              <summary>{t("legs")}</summary>
              <Legs legs={row.legs} t={t} />
            </details>
          ),
        },
      ]}
    />
  );
}
