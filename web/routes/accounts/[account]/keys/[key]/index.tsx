/** One API key: what it may call, from where, until when, and by which router. */
import { type Context, HttpError, page } from "fresh";
import type { KeyRow } from "../../../../../../shared/read_api/mod.ts";
import { answerForm, newForm, readPosted } from "../../../../../form_page/mod.ts";
import type { FormState } from "../../../../../forms/mod.ts";
import { SETTING_FIELDS, settingsOfForm, valuesOfKey } from "../../../../../key_settings/mod.ts";
import { define, may, roomsFor, type State } from "../../../../../state.ts";
import {
  donePath,
  Facts,
  Field,
  FormTokens,
  KeyBadge,
  PageHead,
  Panel,
  Problems,
  Select,
  TextArea,
  Time,
} from "../../../../../ui/mod.ts";

interface KeyPage {
  readonly keyRow: KeyRow;
  /** Ids to choose from; null for those who may not see the routers. */
  readonly routers: readonly string[] | null;
  readonly form: FormState;
}

export const handler = define.handlers<KeyPage>({
  async GET(ctx) {
    const found = await keyOf(ctx);
    return page({ ...found, form: newForm(ctx.state, valuesOfKey(found.keyRow)) });
  },
  async POST(ctx) {
    const accountId = ctx.params.account ?? "";
    const { commands } = roomsFor(ctx.state, "key:configure", accountId);
    const posted = await readPosted(ctx);
    const found = await keyOf(ctx);
    const { keyId } = found.keyRow;
    const asked = settingsOfForm(posted.field, found.keyRow);
    return answerForm<KeyPage>(ctx, {
      posted,
      submission: asked.ok
        ? {
          status: "sent",
          outcome: await commands.configureKey(
            posted.operationId,
            { accountId, keyId },
            asked.body,
          ),
        }
        : { status: "invalid", problems: asked.problems },
      names: SETTING_FIELDS,
      done: (position) => donePath(`/accounts/${accountId}/keys`, "key_settings", position),
      again: (form) => ({ ...found, form }),
    });
  },
});

async function keyOf(ctx: Context<State>): Promise<Omit<KeyPage, "form">> {
  const accountId = ctx.params.account ?? "";
  const { reads, routing } = roomsFor(ctx.state, "key:read", accountId);
  const [keys, routers] = await Promise.all([
    reads.everyKey(accountId),
    may(ctx.state, "provider:read", null) ? routing.routers() : null,
  ]);
  const keyRow = keys.find((row) => row.keyId === ctx.params.key);
  if (keyRow === undefined) throw new HttpError(404, `there is no key ${ctx.params.key}`);
  return { keyRow, routers: routers?.map(({ routerId }) => routerId) ?? null };
}

export default define.page<typeof handler>(({ data, state }) => {
  const { t } = state;
  const { keyRow } = data;
  const back = `/accounts/${keyRow.accountId}/keys`;
  const mayConfigure = may(state, "key:configure", keyRow.accountId) &&
    keyRow.state === "active";
  state.title = keyRow.label;
  return (
    <>
      <PageHead title={keyRow.label} crumb={{ href: back, text: t("keys") }}>
        <KeyBadge keyRow={keyRow} nowMs={state.services.effects.clock.nowMs()} t={t} />
      </PageHead>
      <div class="split">
        <Panel id="settings" title={t("key_settings")} intro={t("key_settings_intro")}>
          <SettingsForm data={data} state={state} mayConfigure={mayConfigure} />
        </Panel>
        <Panel id="key" title={t("key")}>
          <KeyFacts keyRow={keyRow} state={state} />
        </Panel>
      </div>
    </>
  );
});

function KeyFacts({ keyRow, state: { t } }: { keyRow: KeyRow; state: State }) {
  const owner = (id: string | null | undefined) => id ?? <span class="quiet">{t("none")}</span>;
  return (
    <Facts
      rows={[
        { name: t("key_id"), value: <code class="break">{keyRow.keyId}</code> },
        { name: t("key"), value: <code>{keyRow.prefix}</code> },
        { name: t("budget_of_team"), value: owner(keyRow.teamId) },
        { name: t("budget_of_user"), value: owner(keyRow.userId) },
        { name: t("version"), value: keyRow.settingsVersion ?? 0 },
        { name: t("key_issued_at"), value: <Time atMs={keyRow.issuedAtMs} /> },
        { name: t("key_last_used"), value: <Time atMs={keyRow.lastUsedAtMs} /> },
        { name: t("key_expires"), value: <Time atMs={keyRow.expiresAtMs} /> },
      ]}
    />
  );
}

function SettingsForm(
  { data: { routers, form }, state, mayConfigure }: {
    data: KeyPage;
    state: State;
    mayConfigure: boolean;
  },
) {
  const { t } = state;
  const labels = {
    label: t("key_label"),
    expires: `${t("key_expires")} (Asia/Yangon)`,
    models: t("models_listed"),
    ipRanges: t("ip_listed"),
    router: t("router"),
    tags: t("tags"),
  };
  return (
    <form method="post" class="form">
      <FormTokens state={state} form={form} />
      <Problems form={form} t={t} labels={labels} />
      <Field name="label" label={labels.label} form={form} state={state} />
      <Field
        name="expires"
        label={labels.expires}
        type="datetime-local"
        hint={t("key_expires_hint")}
        optional
        form={form}
        state={state}
      />
      <ScopedLists form={form} state={state} labels={labels} />
      {routers === null
        ? <Field name="router" label={labels.router} optional form={form} state={state} />
        : (
          <Select
            name="router"
            label={labels.router}
            options={routerOptions(routers, form.values.router ?? "", t)}
            form={form}
            state={state}
          />
        )}
      <Field
        name="tags"
        label={labels.tags}
        hint={t("tags_hint")}
        maxLength={4_000}
        optional
        form={form}
        state={state}
      />
      {mayConfigure && (
        <p>
          <button type="submit" class="button">{t("save")}</button>
        </p>
      )}
    </form>
  );
}

/** The router that a key names may be gone, and stays a choice. */
function routerOptions(routers: readonly string[], chosen: string, t: State["t"]) {
  const known = chosen === "" || routers.includes(chosen) ? routers : [...routers, chosen];
  return [
    { value: "", text: t("router_default") },
    ...known.map((id) => ({ value: id, text: id })),
  ];
}

function ScopedLists(
  { form, state, labels }: {
    form: FormState;
    state: State;
    labels: { readonly models: string; readonly ipRanges: string };
  },
) {
  const { t } = state;
  const scopes = (all: string, listed: string) => [
    { value: "all", text: all },
    { value: "listed", text: listed },
  ];
  return (
    <>
      <Select
        name="modelScope"
        label={t("models_allowed")}
        options={scopes(t("models_all"), t("models_only"))}
        form={form}
        state={state}
      />
      <TextArea
        name="models"
        label={labels.models}
        rows={4}
        hint={t("models_hint")}
        optional
        form={form}
        state={state}
      />
      <Select
        name="ipScope"
        label={t("ip_allowed")}
        options={scopes(t("ip_anywhere"), t("ip_only"))}
        form={form}
        state={state}
      />
      <TextArea
        name="ipRanges"
        label={labels.ipRanges}
        rows={3}
        hint={t("ip_hint")}
        optional
        form={form}
        state={state}
      />
    </>
  );
}
