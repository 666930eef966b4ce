/** The projections: how far they are, and their rebuilds. */
import { type Context, page } from "fresh";
import type { ProjectionStatus, RebuildJob } from "../../../shared/read_api/mod.ts";
import LiveRegion from "../../islands/live_region.tsx";
import { type Page, REBUILD_ACTIONS, type RebuildAction } from "../../rooms/mod.ts";
import { define, may, postedForm, roomsFor, type State } from "../../state.ts";
import { FormTokens, Notice, PageHead, Panel, RebuildTable, Table } from "../../ui/mod.ts";

interface Projections {
  readonly projections: Page<ProjectionStatus>;
  /** Of the projection that the address names; null: none is named. */
  readonly rebuilds: readonly RebuildJob[] | null;
  /** Why what was asked for was refused, or null. */
  readonly refusal: string | null;
}

const TONES = {
  live: "good",
  rebuilding: "info",
  paused: "bad",
} as const satisfies Record<ProjectionStatus["state"], string>;

const WATCH_MS = 1_500;

export const handler = define.handlers<Projections>({
  GET: async (ctx) => page(await projectionsOf(ctx, null)),
  async POST(ctx) {
    const { operations } = roomsFor(ctx.state, "projection:rebuild", null);
    const field = await postedForm(ctx);
    const name = field("projection").slice(0, 64);
    const action = REBUILD_ACTIONS.find((known) => known === field("action"));
    const refusal = action === undefined
      ? ctx.state.t("required")
      : await operations.act(name, action);
    if (refusal === null) {
      return ctx.redirect(`/projections?${new URLSearchParams({ projection: name })}`, 303);
    }
    return page(await projectionsOf(ctx, refusal), { status: 409 });
  },
});

async function projectionsOf(ctx: Context<State>, refusal: string | null): Promise<Projections> {
  const { reads, operations } = roomsFor(ctx.state, "projection:read", null);
  const name = (ctx.url.searchParams.get("projection") ?? "").slice(0, 64);
  const [projections, rebuilds] = await Promise.all([
    reads.projections(),
    name === "" ? null : operations.rebuilds(name),
  ]);
  return { projections, rebuilds: rebuilds?.items ?? null, refusal };
}

export default define.page<typeof handler>(({ data, state, url }) => {
  const { t } = state;
  const named = url.searchParams.get("projection");
  state.title = t("projections");
  return (
    <>
      <PageHead title={t("projections")} intro={t("system_intro")}>
        <LiveRegion
          target="projections"
          source={null}
          everyMs={WATCH_MS}
          texts={{ live: t("live"), lost: t("live_lost") }}
        />
      </PageHead>
      {data.refusal !== null && (
        <div class="mb-4">
          <Notice tone="bad" role="alert">{data.refusal}</Notice>
        </div>
      )}
      <div id="projections" class="stack">
        <div class="panel">
          <Table
            caption={t("projections")}
            rows={data.projections.items}
            keyOf={(row) => row.name}
            columns={[
              {
                title: t("projection"),
                head: true,
                cell: (row) => (
                  <>
                    <a href={`/projections?projection=${row.name}`}>{row.name}</a>{" "}
                    <span class="quiet">{t("version")} {row.version}</span>
                  </>
                ),
              },
              { title: t("state"), cell: (row) => <Status row={row} state={state} /> },
              {
                title: t("position"),
                number: true,
                cell: (row) => `${row.position} / ${row.head}`,
              },
              { title: t("lag"), number: true, cell: (row) => row.lag },
              ...(may(state, "projection:rebuild", null)
                ? [{
                  title: t("actions"),
                  cell: (row: ProjectionStatus) => <Actions row={row} state={state} />,
                }]
                : []),
            ]}
          />
        </div>
        {data.rebuilds !== null && (
          <Panel id="rebuilds" title={t("rebuilds_of", { projection: named ?? "" })} flush>
            <RebuildTable jobs={data.rebuilds} t={t} />
          </Panel>
        )}
      </div>
    </>
  );
});

function Status({ row, state: { t } }: { row: ProjectionStatus; state: State }) {
  return (
    <>
      <span class={`badge tone-${TONES[row.state]}`}>{t(`projection_${row.state}`)}</span>
      {row.pausedAt !== null && (
        <p class="problem">
          <a href={`/events/${row.pausedAt.shard}/${row.pausedAt.position}`}>
            {row.pausedAt.eventType} #{row.pausedAt.position}
          </a>
        </p>
      )}
      {row.error !== null && <p class="problem break">{row.error}</p>}
      {row.rebuild !== null && (
        <p class="quiet">
          {t(`phase_${row.rebuild.phase}`)}{" "}
          <progress value={row.rebuild.done} max={row.rebuild.total} />
          {row.rebuild.secondsLeft !== null &&
            ` ${t("seconds_left", { seconds: row.rebuild.secondsLeft })}`}
        </p>
      )}
    </>
  );
}

function Actions({ row, state }: { row: ProjectionStatus; state: State }) {
  const { t } = state;
  const actions: readonly RebuildAction[] = row.rebuild === null
    ? ["rebuild", "rollback"]
    : ["cancel"];
  return (
    <form method="post" class="flex flex-wrap gap-2">
      <FormTokens state={state} />
      <input type="hidden" name="projection" value={row.name} />
      {actions.map((action) => (
        <button
          key={action}
          type="submit"
          name="action"
          value={action}
          class="button button-quiet button-small"
          aria-label={`${t(`action_${action}`)}: ${row.name}`}
        >
          {t(`action_${action}`)}
        </button>
      ))}
    </form>
  );
}
