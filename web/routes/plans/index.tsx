/** Plans by family, with what each allows. */
import { page } from "fresh";
import type { PlanRow } from "../../../shared/read_api/mod.ts";
import { familiesOf, PlanTable } from "../../plans/mod.ts";
import { define, may, positionOf, roomsFor } from "../../state.ts";
import { DoneNotice, PageHead, Panel } from "../../ui/mod.ts";

export const handler = define.handlers<readonly PlanRow[]>({
  async GET(ctx) {
    const { plans } = roomsFor(ctx.state, "catalog:read", null);
    return page((await plans.plans(positionOf(ctx.url))).items);
  },
});

export default define.page<typeof handler>(({ data: plans, state, url }) => {
  const { t } = state;
  state.title = t("plans");
  return (
    <>
      <PageHead title={t("plans")} intro={t("plans_intro")}>
        {may(state, "plan:publish", null) && (
          <a class="button" href="/plans/publish">{t("publish_plan")}</a>
        )}
      </PageHead>
      <div class="stack">
        <DoneNotice url={url} t={t} />
        {plans.length === 0 && <p class="quiet">{t("no_plans")}</p>}
        {[...familiesOf(plans)].map(([family, members]) => (
          <Panel key={family} id={`family-${family}`} title={`${t("family")}: ${family}`} flush>
            <PlanTable family={family} plans={members} state={state} />
          </Panel>
        ))}
      </div>
    </>
  );
});
