/** One provider: its settings, and its keys. */
import { type Context, HttpError, page } from "fresh";
import type { EdgeProvider } from "../../../../shared/edge_config/mod.ts";
import { providerNameSchema } from "../../../../shared/routing/mod.ts";
import {
  answerForm,
  newForm,
  type Posted,
  readPosted,
  type Submission,
} from "../../../form_page/mod.ts";
import type { FormState } from "../../../forms/mod.ts";
import {
  KEY_FIELDS,
  KeyForm,
  keyOfForm,
  PROVIDER_FIELDS,
  ProviderForm,
  ProviderKeyTable,
  providerOfForm,
  valuesOfProvider,
} from "../../../providers/mod.ts";
import type { ProviderKey } from "../../../rooms/mod.ts";
import { define, may, roomsFor, type State } from "../../../state.ts";
import { DoneNotice, donePath, PageHead, Panel } from "../../../ui/mod.ts";

interface ProviderPage {
  readonly provider: string;
  readonly keys: readonly ProviderKey[];
  readonly settingsForm: FormState;
  readonly keyForm: FormState;
}

export const handler = define.handlers<ProviderPage>({
  GET: async (ctx) => page(await pageOf(ctx)),
  async POST(ctx) {
    const posted = await readPosted(ctx);
    const isKey = posted.field("what") === "key";
    const submission = isKey ? await storeKey(ctx, posted) : await configure(ctx, posted);
    const before = await pageOf(ctx);
    return answerForm<ProviderPage>(ctx, {
      posted,
      submission,
      names: isKey ? KEY_FIELDS : PROVIDER_FIELDS,
      done: (position) =>
        donePath(`/providers/${before.provider}`, isKey ? "provider_key" : "provider", position),
      again: (form) => ({ ...before, [isKey ? "keyForm" : "settingsForm"]: form }),
    });
  },
});

async function pageOf(ctx: Context<State>): Promise<ProviderPage> {
  const { routing } = roomsFor(ctx.state, "provider:read", null);
  const provider = nameOf(ctx);
  const [providers, keys] = await Promise.all([routing.providers(), routing.providerKeys()]);
  const configured = providers.find((each) => each.provider === provider) ?? null;
  return {
    provider,
    keys: keys.filter((key) => key.provider === provider),
    settingsForm: newForm(ctx.state, valuesOf(configured, provider)),
    keyForm: newForm(ctx.state, { level: "system" }),
  };
}

/** A provider that is not configured follows the profile of its own name. */
function valuesOf(configured: EdgeProvider | null, provider: string): Record<string, string> {
  if (configured !== null) return valuesOfProvider(configured);
  return { profile: provider, enabled: "yes", priority: "100", modelScope: "all", version: "0" };
}

function nameOf(ctx: Context<State>): string {
  const name = providerNameSchema.safeParse(ctx.params.provider);
  if (!name.success) throw new HttpError(404, `there is no provider ${ctx.params.provider}`);
  return name.data;
}

async function configure(ctx: Context<State>, posted: Posted): Promise<Submission> {
  const { routing } = roomsFor(ctx.state, "provider:edit", null);
  const asked = providerOfForm(posted.field);
  if (!asked.ok) return { status: "invalid", problems: asked.problems };
  const outcome = await routing.configureProvider(posted.operationId, nameOf(ctx), asked.body);
  return { status: "sent", outcome };
}

async function storeKey(ctx: Context<State>, posted: Posted): Promise<Submission> {
  const { routing } = roomsFor(ctx.state, "provider:edit", null);
  const asked = keyOfForm(posted.field, nameOf(ctx));
  if (!asked.ok) return { status: "invalid", problems: asked.problems };
  return { status: "sent", outcome: await routing.storeKey(posted.operationId, asked.body) };
}

export default define.page<typeof handler>(({ data, state, url }) => {
  const { t } = state;
  const mayEdit = may(state, "provider:edit", null);
  const isConfigured = data.settingsForm.values.version !== "0";
  state.title = data.provider;
  return (
    <>
      <PageHead
        title={data.provider}
        intro={isConfigured ? undefined : t("provider_not_configured")}
        crumb={{ href: "/providers", text: t("providers") }}
      />
      <div class="stack">
        <DoneNotice url={url} t={t} />
        <div class="split split-even">
          <Panel id="settings" title={t("provider_settings")} intro={t("provider_settings_intro")}>
            <ProviderForm
              form={data.settingsForm}
              state={state}
              named={false}
              mayEdit={mayEdit}
            />
          </Panel>
          <div class="stack">
            <Panel id="keys" title={t("provider_keys")} intro={t("provider_keys_intro")} flush>
              <ProviderKeyTable
                keys={data.keys}
                state={state}
                withProvider={false}
                hrefOf={mayEdit
                  ? ({ provider, keyId }) => `/providers/${provider}/keys/${keyId}`
                  : null}
              />
            </Panel>
            {mayEdit && (
              <Panel id="store" title={t("store_provider_key")}>
                <KeyForm form={data.keyForm} state={state} />
              </Panel>
            )}
          </div>
        </div>
      </div>
    </>
  );
});
