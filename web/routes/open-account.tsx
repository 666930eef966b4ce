/** Opens an account. */
import { page } from "fresh";
import { accountIdSchema } from "../../shared/ids/mod.ts";
import { answerForm, newForm, readPosted, type Submission } from "../form_page/mod.ts";
import { checkFields, type FieldCheck, type FormState, text } from "../forms/mod.ts";
import { define, roomsFor } from "../state.ts";
import { donePath, Field, FormTokens, PageHead, Problems } from "../ui/mod.ts";

const FIELDS = ["accountId", "name"];

export const handler = define.handlers<FormState>({
  GET(ctx) {
    roomsFor(ctx.state, "account:open", null);
    return page(newForm(ctx.state));
  },
  async POST(ctx) {
    const { commands } = roomsFor(ctx.state, "account:open", null);
    const posted = await readPosted(ctx);
    const accountId = posted.field("accountId");
    const checked = checkFields({
      accountId: accountIdOf(accountId),
      name: text(posted.field("name")),
    });
    const submission: Submission = checked.ok
      ? { status: "sent", outcome: await commands.openAccount(posted.operationId, checked.value) }
      : { status: "invalid", problems: checked.problems };
    return answerForm(ctx, {
      posted,
      submission,
      names: FIELDS,
      done: (position) => donePath(`/accounts/${accountId}`, "opened", position),
      again: (form) => form,
    });
  },
});

function accountIdOf(given: string): FieldCheck<string> {
  return accountIdSchema.safeParse(given).success
    ? { ok: true, value: given }
    : { ok: false, problem: "account_id_hint" };
}

export default define.page<typeof handler>(({ data: form, state }) => {
  const { t } = state;
  const labels = { accountId: t("account_id"), name: t("account_name") };
  state.title = t("open_account");
  return (
    <>
      <PageHead title={t("open_account")} crumb={{ href: "/accounts", text: t("accounts") }} />
      <form method="post" class="form">
        <FormTokens state={state} form={form} />
        <Problems form={form} t={t} labels={labels} />
        <Field
          name="accountId"
          label={labels.accountId}
          hint={t("account_id_hint")}
          maxLength={64}
          form={form}
          state={state}
        />
        <Field name="name" label={labels.name} form={form} state={state} />
        <p class="actions">
          <button type="submit" class="button">{t("open_account")}</button>
          <a class="button button-quiet" href="/accounts">{t("cancel")}</a>
        </p>
      </form>
    </>
  );
});
