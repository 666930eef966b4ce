/** How far the projections have come. */
import { page } from "fresh";
import type { ProjectionStatus } from "../../shared/read_api/mod.ts";
import type { Page } from "../rooms/mod.ts";
import { define, roomsFor } from "../state.ts";
import { PageHead, Table } from "../ui/mod.ts";

const TONES = {
  live: "good",
  rebuilding: "info",
  paused: "bad",
} as const satisfies Record<ProjectionStatus["state"], string>;

export const handler = define.handlers<Page<ProjectionStatus>>({
  async GET(ctx) {
    const { reads } = roomsFor(ctx.state, "projection:read", null);
    return page(await reads.projections());
  },
});

export default define.page<typeof handler>(({ data, state }) => {
  const { t } = state;
  state.title = t("system");
  return (
    <>
      <PageHead title={t("system")} intro={t("system_intro")} />
      <div class="panel">
        <Table
          caption={t("projection")}
          rows={data.items}
          keyOf={(row) => row.name}
          columns={[
            { title: t("projection"), head: true, cell: (row) => <code>{row.name}</code> },
            {
              title: t("state"),
              cell: (row) => (
                <>
                  <span class={`badge tone-${TONES[row.state]}`}>{row.state}</span>
                  {row.error !== null && <p class="problem">{row.error}</p>}
                </>
              ),
            },
            {
              title: t("position"),
              number: true,
              cell: (row) => `${row.position} / ${row.head}`,
            },
            { title: t("lag"), number: true, cell: (row) => row.lag },
          ]}
        />
      </div>
    </>
  );
});
