/** All accounts. */
import { page } from "fresh";
import type { AccountRow } from "../../../shared/read_api/mod.ts";
import type { Page } from "../../rooms/mod.ts";
import { define, may, positionOf, roomsFor } from "../../state.ts";
import { DoneNotice, Money, PageHead, Pager, Table, Time } from "../../ui/mod.ts";

export const handler = define.handlers<Page<AccountRow>>({
  async GET(ctx) {
    const { reads } = roomsFor(ctx.state, "account:read", null);
    return page(await reads.accounts(ctx.url.searchParams.get("cursor"), positionOf(ctx.url)));
  },
});

export default define.page<typeof handler>(({ data, state, url }) => {
  const { t } = state;
  state.title = t("accounts");
  return (
    <>
      <PageHead title={t("accounts")}>
        {may(state, "account:open", null) && (
          <a class="button" href="/open-account">{t("open_account")}</a>
        )}
      </PageHead>
      <DoneNotice url={url} t={t} />
      <div class="panel">
        <Table
          caption={t("accounts")}
          rows={data.items}
          keyOf={(row) => row.accountId}
          columns={[
            {
              title: t("account"),
              head: true,
              cell: (row) => <a href={`/accounts/${row.accountId}`}>{row.name}</a>,
            },
            { title: t("account_id"), cell: (row) => <code>{row.accountId}</code> },
            {
              title: `${t("available")} (${t("kyat")})`,
              number: true,
              cell: (row) => <Money microKyat={row.availableMicroKyat} minimumDecimals={6} />,
            },
            {
              title: `${t("settled")} (${t("kyat")})`,
              number: true,
              cell: (row) => <Money microKyat={row.settledMicroKyat} minimumDecimals={6} />,
            },
            { title: t("open_holds"), number: true, cell: (row) => row.openHolds },
            { title: t("opened"), cell: (row) => <Time atMs={row.openedAtMs} /> },
          ]}
        />
        <Pager
          url={url}
          cursor={data.nextCursor}
          texts={{ first: t("first_rows"), next: t("next_rows") }}
        />
      </div>
    </>
  );
});
