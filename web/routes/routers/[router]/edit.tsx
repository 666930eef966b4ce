/** Edits a router as JSON, from what is in force or, with `?version=`, from an earlier version. */
import { HttpError, page } from "fresh";
import { answerForm, newForm, readPosted } from "../../../form_page/mod.ts";
import type { FormState } from "../../../forms/mod.ts";
import {
  ROUTER_FIELDS,
  RouterEditor,
  routerHistory,
  submitRouter,
  textOfDefinition,
} from "../../../routers/mod.ts";
import { define, roomsFor } from "../../../state.ts";
import { donePath, PageHead, Panel } from "../../../ui/mod.ts";

interface EditPage {
  readonly routerId: string;
  readonly form: FormState;
  readonly mistakes: readonly string[];
}

export const handler = define.handlers<EditPage>({
  async GET(ctx) {
    const rooms = roomsFor(ctx.state, "provider:edit", null);
    const routerId = ctx.params.router ?? "";
    const [routers, versions] = await Promise.all([
      rooms.routing.routers(),
      routerHistory(rooms, routerId),
    ]);
    const router = routers.find((each) => each.routerId === routerId) ?? null;
    const wanted = ctx.url.searchParams.get("version");
    const earlier = versions.find(({ version }) => String(version) === wanted)?.definition ?? null;
    const definition = earlier ?? router?.definition ?? versions[0]?.definition ?? null;
    if (definition === null) throw new HttpError(404, `there is no router ${routerId}`);
    // What is in force comes from the ledger itself; a removed or built-in one says no version there.
    const version = router?.routerVersion ?? versions[0]?.version ?? 0;
    const values = { definition: textOfDefinition(definition), version: String(version) };
    return page({ routerId, form: newForm(ctx.state, values), mistakes: [] });
  },
  async POST(ctx) {
    const rooms = roomsFor(ctx.state, "provider:edit", null);
    const routerId = ctx.params.router ?? "";
    const posted = await readPosted(ctx);
    const { submission, mistakes } = await submitRouter(posted, rooms, routerId);
    return answerForm<EditPage>(ctx, {
      posted,
      submission,
      names: ROUTER_FIELDS,
      done: (position) => donePath(`/routers/${routerId}`, "router", position),
      again: (form) => ({ routerId, form, mistakes }),
    });
  },
});

export default define.page<typeof handler>(({ data: { routerId, form, mistakes }, state }) => {
  const { t } = state;
  state.title = `${t("edit")}: ${routerId}`;
  return (
    <>
      <PageHead
        title={`${t("edit")}: ${routerId}`}
        crumb={{ href: `/routers/${routerId}`, text: routerId }}
      />
      <Panel id="editor" title={t("router")}>
        <RouterEditor form={form} mistakes={mistakes} state={state} named={false} />
      </Panel>
    </>
  );
});
