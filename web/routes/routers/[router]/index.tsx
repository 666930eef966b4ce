/** One router: its rules in words, the keys that use it, and its versions. */
import { HttpError, page } from "fresh";
import type { KeyRow } from "../../../../shared/read_api/mod.ts";
import { routerHistory, RouterRules, type RouterVersion } from "../../../routers/mod.ts";
import type { Router } from "../../../rooms/mod.ts";
import { define, may, roomsFor, type State } from "../../../state.ts";
import { DoneNotice, PageHead, Panel, Table, Time } from "../../../ui/mod.ts";

interface RouterPage {
  readonly routerId: string;
  /** Null: it was removed, and nothing holds instead. */
  readonly router: Router | null;
  readonly keys: readonly KeyRow[];
  readonly versions: readonly RouterVersion[];
}

export const handler = define.handlers<RouterPage>({
  async GET(ctx) {
    const rooms = roomsFor(ctx.state, "provider:read", null);
    const routerId = ctx.params.router ?? "";
    const [routers, keys, versions] = await Promise.all([
      rooms.routing.routers(),
      rooms.reads.keysOfRouter(routerId),
      routerHistory(rooms, routerId),
    ]);
    const router = routers.find((each) => each.routerId === routerId) ?? null;
    if (router === null && versions.length === 0) {
      throw new HttpError(404, `there is no router ${routerId}`);
    }
    return page({ routerId, router, keys, versions });
  },
});

export default define.page<typeof handler>(({ data, state, url }) => {
  const { t } = state;
  const { routerId, router, keys, versions } = data;
  const name = router?.definition.name ?? routerId;
  state.title = name;
  return (
    <>
      <PageHead title={name} intro={routerId} crumb={{ href: "/routers", text: t("routers") }}>
        <RouterState router={router} state={state} />
        {may(state, "provider:edit", null) && (
          <>
            <a class="button" href={`/routers/${routerId}/edit`}>{t("edit")}</a>
            {router !== null && router.routerVersion !== null && (
              <a class="button button-quiet" href={`/routers/${routerId}/remove`}>
                {t("remove")}
              </a>
            )}
          </>
        )}
      </PageHead>
      <div class="stack">
        <DoneNotice url={url} t={t} />
        {router === null
          ? <p class="quiet">{t("router_gone")}</p>
          : <RouterRules definition={router.definition} t={t} />}
        <div class="split split-even">
          <Panel id="keys" title={t("router_keys")} flush>
            <KeysOfRouter keys={keys} state={state} />
          </Panel>
          <Panel id="versions" title={t("router_versions")} flush>
            <Versions routerId={routerId} versions={versions} state={state} />
          </Panel>
        </div>
      </div>
    </>
  );
});

function RouterState({ router, state: { t } }: { router: Router | null; state: State }) {
  if (router === null) return <span class="badge tone-bad">{t("router_removed")}</span>;
  return (
    <>
      {router.routerVersion === null
        ? <span class="badge tone-info">{t("built_in")}</span>
        : <span class="badge tone-plain">{t("version")} {router.routerVersion}</span>}
      {!router.definition.enabled && <span class="badge tone-wait">{t("provider_off")}</span>}
    </>
  );
}

function KeysOfRouter({ keys, state: { t } }: { keys: readonly KeyRow[]; state: State }) {
  if (keys.length === 0) return <p class="empty">{t("no_router_keys")}</p>;
  return (
    <Table
      caption={t("router_keys")}
      rows={keys}
      keyOf={(row) => `${row.accountId}/${row.keyId}`}
      columns={[
        {
          title: t("key"),
          head: true,
          cell: (row) => (
            <a
              class="break"
              href={`/accounts/${row.accountId}/keys/${encodeURIComponent(row.keyId)}`}
            >
              {row.label}
            </a>
          ),
        },
        {
          title: t("account"),
          cell: (row) => <a href={`/accounts/${row.accountId}`}>{row.accountId}</a>,
        },
        { title: t("state"), cell: (row) => t(`key_${row.state}`) },
      ]}
    />
  );
}

function Versions(
  { routerId, versions, state }: {
    routerId: string;
    versions: readonly RouterVersion[];
    state: State;
  },
) {
  const { t } = state;
  if (versions.length === 0) return <p class="empty">{t("no_router_versions")}</p>;
  const mayEdit = may(state, "provider:edit", null);
  return (
    <Table
      caption={t("router_versions")}
      rows={versions}
      keyOf={(row) => String(row.version)}
      columns={[
        {
          title: t("version"),
          head: true,
          cell: ({ version, event }) => (
            <a href={`/events/${event.shard}/${event.position}`}>{version}</a>
          ),
        },
        { title: t("time"), cell: ({ event }) => <Time atMs={event.recordedAtMs} /> },
        { title: t("actor"), cell: ({ event }) => <code class="break">{event.actor}</code> },
        {
          title: t("actions"),
          cell: ({ version, definition }) =>
            definition === null
              ? <span class="quiet">{t("router_removed")}</span>
              : mayEdit && (
                <a href={`/routers/${routerId}/edit?version=${version}`}>
                  {t("edit_from_version")}
                </a>
              ),
        },
      ]}
    />
  );
}
