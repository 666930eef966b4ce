/** Configures a provider under a new name. */
import { page } from "fresh";
import { providerNameSchema } from "../../shared/routing/mod.ts";
import { answerForm, newForm, readPosted, type Submission } from "../form_page/mod.ts";
import type { FormState } from "../forms/mod.ts";
import { PROVIDER_FIELDS, ProviderForm, providerOfForm } from "../providers/mod.ts";
import { define, roomsFor } from "../state.ts";
import { donePath, PageHead, Panel } from "../ui/mod.ts";

export const handler = define.handlers<FormState>({
  GET(ctx) {
    roomsFor(ctx.state, "provider:edit", null);
    const values = { enabled: "yes", priority: "100", modelScope: "all", version: "0" };
    return page(newForm(ctx.state, values));
  },
  async POST(ctx) {
    const { routing } = roomsFor(ctx.state, "provider:edit", null);
    const posted = await readPosted(ctx);
    const provider = posted.field("provider");
    const submit = async (): Promise<Submission> => {
      const named = providerNameSchema.safeParse(provider).success;
      const asked = providerOfForm(posted.field);
      if (asked.ok && named) {
        // A name that is taken is refused, never overwritten.
        const body = { ...asked.body, expectedVersion: 0 };
        const outcome = await routing.configureProvider(posted.operationId, provider, body);
        return { status: "sent", outcome };
      }
      const problems = { ...(named ? {} : { provider: "slug_bad" } as const) };
      return { status: "invalid", problems: { ...problems, ...(asked.ok ? {} : asked.problems) } };
    };
    return answerForm(ctx, {
      posted,
      submission: await submit(),
      names: ["provider", ...PROVIDER_FIELDS],
      done: (position) => donePath(`/providers/${provider}`, "provider", position),
      again: (form) => form,
    });
  },
});

export default define.page<typeof handler>(({ data: form, state }) => {
  const { t } = state;
  state.title = t("new_provider");
  return (
    <>
      <PageHead
        title={t("new_provider")}
        crumb={{ href: "/providers", text: t("providers") }}
      />
      <Panel id="settings" title={t("provider_settings")} intro={t("provider_settings_intro")}>
        <ProviderForm form={form} state={state} named mayEdit />
      </Panel>
    </>
  );
});
