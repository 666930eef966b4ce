/** Configures a router under a new id. */
import { page } from "fresh";
import { answerForm, newForm, readPosted } from "../form_page/mod.ts";
import type { FormState } from "../forms/mod.ts";
import {
  FIRST_DEFINITION,
  ROUTER_FIELDS,
  RouterEditor,
  submitRouter,
  textOfDefinition,
} from "../routers/mod.ts";
import { define, roomsFor } from "../state.ts";
import { donePath, PageHead, Panel } from "../ui/mod.ts";

interface NewRouter {
  readonly form: FormState;
  readonly mistakes: readonly string[];
}

export const handler = define.handlers<NewRouter>({
  GET(ctx) {
    roomsFor(ctx.state, "provider:edit", null);
    const values = { definition: textOfDefinition(FIRST_DEFINITION), version: "0" };
    return page({ form: newForm(ctx.state, values), mistakes: [] });
  },
  async POST(ctx) {
    const rooms = roomsFor(ctx.state, "provider:edit", null);
    const posted = await readPosted(ctx);
    const routerId = posted.field("routerId");
    const { submission, mistakes } = await submitRouter(posted, rooms, routerId);
    return answerForm<NewRouter>(ctx, {
      posted,
      submission,
      names: ROUTER_FIELDS,
      done: (position) => donePath(`/routers/${routerId}`, "router", position),
      again: (form) => ({ form, mistakes }),
    });
  },
});

export default define.page<typeof handler>(({ data: { form, mistakes }, state }) => {
  const { t } = state;
  state.title = t("new_router");
  return (
    <>
      <PageHead title={t("new_router")} crumb={{ href: "/routers", text: t("routers") }} />
      <Panel id="editor" title={t("router")}>
        <RouterEditor form={form} mistakes={mistakes} state={state} named />
      </Panel>
    </>
  );
});
