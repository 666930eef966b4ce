/** Asks why a router is to be removed, then removes it. */
import { type Context, HttpError, page } from "fresh";
import { BUILT_IN_ROUTERS } from "../../../../shared/routing/mod.ts";
import { answerForm, newForm, readPosted, type Submission } from "../../../form_page/mod.ts";
import { checkFields, type FormState, text } from "../../../forms/mod.ts";
import type { Router } from "../../../rooms/mod.ts";
import { define, roomsFor, type State } from "../../../state.ts";
import { donePath, Field, FormTokens, Notice, PageHead, Problems } from "../../../ui/mod.ts";

interface Removal {
  readonly router: Router;
  readonly form: FormState;
}

export const handler = define.handlers<Removal>({
  GET: async (ctx) => page({ router: await routerOf(ctx), form: newForm(ctx.state) }),
  async POST(ctx) {
    const { routing } = roomsFor(ctx.state, "provider:edit", null);
    const router = await routerOf(ctx);
    const posted = await readPosted(ctx);
    const checked = checkFields({ reason: text(posted.field("reason")) });
    const submission: Submission = checked.ok
      ? {
        status: "sent",
        outcome: await routing.removeRouter(
          posted.operationId,
          router.routerId,
          checked.value.reason,
        ),
      }
      : { status: "invalid", problems: checked.problems };
    return answerForm<Removal>(ctx, {
      posted,
      submission,
      names: ["reason"],
      done: (position) => donePath("/routers", "router_removed", position),
      again: (form) => ({ router, form }),
    });
  },
});

async function routerOf(ctx: Context<State>): Promise<Router> {
  const { routing } = roomsFor(ctx.state, "provider:edit", null);
  const routers = await routing.routers();
  const found = routers.find(({ routerId, routerVersion }) =>
    routerId === ctx.params.router && routerVersion !== null
  );
  if (found === undefined) throw new HttpError(404, `${ctx.params.router} is not configured`);
  return found;
}

export default define.page<typeof handler>(({ data: { router, form }, state }) => {
  const { t } = state;
  const back = `/routers/${router.routerId}`;
  const isBuiltIn = BUILT_IN_ROUTERS.has(router.routerId);
  state.title = t("remove_router");
  return (
    <>
      <PageHead
        title={`${t("remove_router")}: ${router.definition.name}`}
        crumb={{ href: back, text: router.routerId }}
      />
      <form method="post" class="form">
        <FormTokens state={state} form={form} />
        <Problems form={form} t={t} labels={{ reason: t("reason") }} />
        <Notice tone="wait">
          {t(isBuiltIn ? "remove_router_built_in" : "remove_router_warning")}
        </Notice>
        <Field name="reason" label={t("reason")} form={form} state={state} />
        <p class="actions">
          <button type="submit" class="button button-danger">{t("remove_router")}</button>
          <a class="button button-quiet" href={back}>{t("cancel")}</a>
        </p>
      </form>
    </>
  );
});
