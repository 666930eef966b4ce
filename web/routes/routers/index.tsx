/** Routers and aliases: where calls go. */
import { type Context, page } from "fresh";
import type { EdgeAlias } from "../../../shared/edge_config/mod.ts";
import { identifierSchema } from "../../../shared/ids/mod.ts";
import { aliasNameSchema } from "../../../shared/routing/mod.ts";
import { answerForm, newForm, readPosted, type Submission } from "../../form_page/mod.ts";
import { checkFields, type FormState, names } from "../../forms/mod.ts";
import type { Router } from "../../rooms/mod.ts";
import { define, may, roomsFor, type State } from "../../state.ts";
import {
  DoneNotice,
  donePath,
  Field,
  FormTokens,
  PageHead,
  Panel,
  Problems,
  Table,
} from "../../ui/mod.ts";

interface Routers {
  readonly routers: readonly Router[];
  readonly aliases: readonly EdgeAlias[];
  readonly form: FormState;
}

export const handler = define.handlers<Routers>({
  GET: async (ctx) => page(await routersOf(ctx, newForm(ctx.state))),
  async POST(ctx) {
    const { routing } = roomsFor(ctx.state, "provider:edit", null);
    const posted = await readPosted(ctx);
    const alias = aliasNameSchema.safeParse(posted.field("alias"));
    const checked = checkFields({
      alias: alias.success
        ? { ok: true, value: alias.data } as const
        : { ok: false, problem: "alias_bad" } as const,
      models: names(posted.field("models"), identifierSchema),
    });
    const submit = async (): Promise<Submission> => {
      if (!checked.ok) return { status: "invalid", problems: checked.problems };
      const { alias, models } = checked.value;
      return { status: "sent", outcome: await routing.setAlias(posted.operationId, alias, models) };
    };
    const submission = await submit();
    const before = await routersOf(ctx, newForm(ctx.state));
    return answerForm<Routers>(ctx, {
      posted,
      submission,
      names: ["alias", "models"],
      done: (position) => donePath("/routers", "alias", position),
      again: (form) => ({ ...before, form }),
    });
  },
});

async function routersOf(ctx: Context<State>, form: FormState): Promise<Routers> {
  const { routing } = roomsFor(ctx.state, "provider:read", null);
  const [routers, aliases] = await Promise.all([routing.routers(), routing.aliases()]);
  return { routers, aliases, form };
}

export default define.page<typeof handler>(({ data, state, url }) => {
  const { t } = state;
  const mayEdit = may(state, "provider:edit", null);
  state.title = t("routers");
  return (
    <>
      <PageHead title={t("routers")} intro={t("routers_intro")}>
        {mayEdit && <a class="button" href="/new-router">{t("new_router")}</a>}
      </PageHead>
      <div class="stack">
        <DoneNotice url={url} t={t} />
        <Panel id="routers" title={t("routers")} flush>
          <RouterTable routers={data.routers} state={state} />
        </Panel>
        <div class={mayEdit ? "split" : "stack"}>
          <Panel id="aliases" title={t("aliases")} intro={t("aliases_intro")} flush>
            <AliasTable aliases={data.aliases} state={state} />
          </Panel>
          {mayEdit && (
            <Panel id="set-alias" title={t("set_alias")}>
              <AliasForm form={data.form} state={state} />
            </Panel>
          )}
        </div>
      </div>
    </>
  );
});

function RouterTable({ routers, state: { t } }: { routers: readonly Router[]; state: State }) {
  return (
    <Table
      caption={t("routers")}
      rows={routers}
      keyOf={(row) => row.routerId}
      columns={[
        {
          title: t("router"),
          head: true,
          cell: (row) => (
            <>
              <a href={`/routers/${row.routerId}`}>{row.definition.name}</a>
              <br />
              <code class="quiet break">{row.routerId}</code>
            </>
          ),
        },
        {
          title: t("state"),
          cell: (row) =>
            row.definition.enabled
              ? <span class="badge tone-good">{t("provider_on")}</span>
              : <span class="badge tone-plain">{t("provider_off")}</span>,
        },
        { title: t("rules"), number: true, cell: (row) => row.definition.rules.length },
        {
          title: t("fallback"),
          cell: (row) =>
            row.definition.fallback
              .map(({ provider, model }) => provider ?? model ?? t("model_asked"))
              .join(" → ") || <span class="quiet">{t("none")}</span>,
        },
        {
          title: t("version"),
          cell: (row) => row.routerVersion ?? <span class="badge tone-info">{t("built_in")}</span>,
        },
      ]}
    />
  );
}

function AliasTable({ aliases, state: { t } }: { aliases: readonly EdgeAlias[]; state: State }) {
  if (aliases.length === 0) return <p class="empty">{t("no_aliases")}</p>;
  return (
    <Table
      caption={t("aliases")}
      rows={aliases}
      keyOf={(row) => row.alias}
      columns={[
        { title: t("alias"), head: true, cell: (row) => <code class="break">{row.alias}</code> },
        {
          title: t("alias_models"),
          cell: (row) => <span class="break">{row.models.join(", ")}</span>,
        },
        { title: t("version"), number: true, cell: (row) => row.aliasVersion },
      ]}
    />
  );
}

function AliasForm({ form, state }: { form: FormState; state: State }) {
  const { t } = state;
  return (
    <form method="post" class="form">
      <FormTokens state={state} form={form} />
      <Problems form={form} t={t} labels={{ alias: t("alias"), models: t("alias_models") }} />
      <Field name="alias" label={t("alias")} form={form} state={state} />
      <Field
        name="models"
        label={t("alias_models")}
        hint={t("alias_hint")}
        maxLength={2_100}
        optional
        form={form}
        state={state}
      />
      <p>
        <button type="submit" class="button">{t("set_alias")}</button>
      </p>
    </form>
  );
}
