/** Asks why a provider's key is to be removed, then removes it. */
import { type Context, HttpError, page } from "fresh";
import { answerForm, newForm, readPosted, type Submission } from "../../../../form_page/mod.ts";
import { checkFields, type FormState, text } from "../../../../forms/mod.ts";
import { ProviderKeyTable } from "../../../../providers/mod.ts";
import type { ProviderKey } from "../../../../rooms/mod.ts";
import { define, roomsFor, type State } from "../../../../state.ts";
import {
  donePath,
  Field,
  FormTokens,
  Notice,
  PageHead,
  Panel,
  Problems,
} from "../../../../ui/mod.ts";

interface Removal {
  readonly key: ProviderKey;
  readonly form: FormState;
}

export const handler = define.handlers<Removal>({
  GET: async (ctx) => page({ key: await keyOf(ctx), form: newForm(ctx.state) }),
  async POST(ctx) {
    const { routing } = roomsFor(ctx.state, "provider:edit", null);
    const key = await keyOf(ctx);
    const posted = await readPosted(ctx);
    const checked = checkFields({ reason: text(posted.field("reason")) });
    const submission: Submission = checked.ok
      ? {
        status: "sent",
        outcome: await routing.removeKey(posted.operationId, {
          ...key,
          reason: checked.value.reason,
        }),
      }
      : { status: "invalid", problems: checked.problems };
    return answerForm<Removal>(ctx, {
      posted,
      submission,
      names: ["reason"],
      done: (position) => donePath(`/providers/${key.provider}`, "provider_key_removed", position),
      again: (form) => ({ key, form }),
    });
  },
});

async function keyOf(ctx: Context<State>): Promise<ProviderKey> {
  const { routing } = roomsFor(ctx.state, "provider:edit", null);
  const { provider, key } = ctx.params;
  const keys = await routing.providerKeys();
  const found = keys.find((each) => each.keyId === key && each.provider === provider);
  if (found === undefined) throw new HttpError(404, `there is no key ${key}`);
  return found;
}

export default define.page<typeof handler>(({ data: { key, form }, state }) => {
  const { t } = state;
  const back = `/providers/${key.provider}`;
  state.title = t("remove_provider_key");
  return (
    <>
      <PageHead
        title={t("remove_provider_key")}
        crumb={{ href: back, text: key.provider }}
      />
      <div class="stack">
        <Panel id="key" title={t("provider_keys")} flush>
          <ProviderKeyTable keys={[key]} state={state} withProvider hrefOf={null} />
        </Panel>
        <form method="post" class="form">
          <FormTokens state={state} form={form} />
          <Problems form={form} t={t} labels={{ reason: t("reason") }} />
          <Notice tone="wait">{t("remove_provider_key_warning")}</Notice>
          <Field name="reason" label={t("reason")} form={form} state={state} />
          <p class="actions">
            <button type="submit" class="button button-danger">{t("remove_provider_key")}</button>
            <a class="button button-quiet" href={back}>{t("cancel")}</a>
          </p>
        </form>
      </div>
    </>
  );
});
