/** Providers as they are configured, and every key that is stored. */
import { page } from "fresh";
import type { EdgeProvider } from "../../../shared/edge_config/mod.ts";
import { ProviderKeyTable } from "../../providers/mod.ts";
import type { ProviderKey } from "../../rooms/mod.ts";
import { define, may, roomsFor, type State } from "../../state.ts";
import LiveRegion from "../../islands/live_region.tsx";
import { DoneNotice, PageHead, Panel, Table } from "../../ui/mod.ts";

interface Providers {
  readonly providers: readonly EdgeProvider[];
  readonly keys: readonly ProviderKey[];
}

const REFRESH_MS = 5_000;

export const handler = define.handlers<Providers>({
  async GET(ctx) {
    const { routing } = roomsFor(ctx.state, "provider:read", null);
    const [providers, keys] = await Promise.all([routing.providers(), routing.providerKeys()]);
    return page({ providers, keys });
  },
});

export default define.page<typeof handler>(({ data: { providers, keys }, state, url }) => {
  const { t } = state;
  const mayEdit = may(state, "provider:edit", null);
  state.title = t("providers");
  return (
    <>
      <PageHead title={t("providers")} intro={t("providers_intro")}>
        {/* Room for the mark, so that nothing moves under a pointer when it comes. */}
        <span class="self-center min-w-20">
          <LiveRegion
            target="routing-tables"
            source={null}
            everyMs={REFRESH_MS}
            texts={{ live: t("live"), lost: t("live_lost") }}
          />
        </span>
        {mayEdit && <a class="button" href="/new-provider">{t("new_provider")}</a>}
      </PageHead>
      <DoneNotice url={url} t={t} />
      <div class="stack" id="routing-tables">
        <Panel id="providers" title={t("providers_configured")} flush>
          {providers.length === 0
            ? <p class="empty">{t("no_providers")}</p>
            : <ProviderTable providers={providers} keys={keys} state={state} />}
        </Panel>
        <Panel id="keys" title={t("provider_keys")} intro={t("provider_keys_intro")} flush>
          <ProviderKeyTable
            keys={keys}
            state={state}
            withProvider
            hrefOf={mayEdit
              ? ({ provider, keyId }) => `/providers/${provider}/keys/${keyId}`
              : null}
          />
        </Panel>
      </div>
    </>
  );
});

function ProviderTable({ providers, keys, state: { t } }: Providers & { state: State }) {
  const rows = providers.toSorted((one, other) =>
    one.priority - other.priority || (one.provider < other.provider ? -1 : 1)
  );
  return (
    <Table
      caption={t("providers_configured")}
      rows={rows}
      keyOf={(row) => row.provider}
      columns={[
        {
          title: t("provider"),
          head: true,
          cell: (row) => <a href={`/providers/${row.provider}`}>{row.provider}</a>,
        },
        {
          title: t("state"),
          cell: (row) =>
            row.enabled
              ? <span class="badge tone-good">{t("provider_on")}</span>
              : <span class="badge tone-plain">{t("provider_off")}</span>,
        },
        { title: t("profile"), cell: (row) => <code>{row.profile}</code> },
        {
          title: t("base_url"),
          cell: (row) =>
            row.baseUrl === null
              ? <span class="quiet">{t("base_url_own")}</span>
              : <code class="break">{row.baseUrl}</code>,
        },
        { title: t("priority"), number: true, cell: (row) => row.priority },
        {
          title: t("provider_models"),
          cell: (row) =>
            row.models === null
              ? <span class="quiet">{t("mapping_all")}</span>
              : t("mapping_count", { count: String(Object.keys(row.models).length) }),
        },
        {
          title: t("provider_keys"),
          number: true,
          cell: (row) => keys.filter(({ provider }) => provider === row.provider).length,
        },
        { title: t("version"), number: true, cell: (row) => row.providerVersion },
      ]}
    />
  );
}
