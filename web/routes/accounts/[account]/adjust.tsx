/** Posts a signed correction to an account. */
import { page } from "fresh";
import { answerForm, newForm, readPosted, type Submission } from "../../../form_page/mod.ts";
import { checkFields, type FormState, signedKyat, text } from "../../../forms/mod.ts";
import { define, roomsFor } from "../../../state.ts";
import { donePath, Field, FormTokens, PageHead, Problems } from "../../../ui/mod.ts";

export const handler = define.handlers<FormState>({
  GET(ctx) {
    roomsFor(ctx.state, "adjustment:post", ctx.params.account ?? "");
    return page(newForm(ctx.state));
  },
  async POST(ctx) {
    const accountId = ctx.params.account ?? "";
    const { commands } = roomsFor(ctx.state, "adjustment:post", accountId);
    const posted = await readPosted(ctx);
    const checked = checkFields({
      amount: signedKyat(posted.field("amount"), { positive: false }),
      reason: text(posted.field("reason")),
    });
    const submission: Submission = checked.ok
      ? {
        status: "sent",
        outcome: await commands.postAdjustment(posted.operationId, accountId, {
          amountMicroKyat: checked.value.amount,
          reason: checked.value.reason,
        }),
      }
      : { status: "invalid", problems: checked.problems };
    return answerForm(ctx, {
      posted,
      submission,
      names: ["amount", "reason"],
      done: (position) => donePath(`/accounts/${accountId}`, "adjusted", position),
      again: (form) => form,
    });
  },
});

export default define.page<typeof handler>(({ data: form, state, params }) => {
  const { t } = state;
  const account = params.account ?? "";
  const labels = { amount: t("amount_kyat"), reason: t("reason") };
  state.title = t("adjust");
  return (
    <>
      <PageHead
        title={t("adjust")}
        crumb={{ href: `/accounts/${account}`, text: account }}
      />
      <form method="post" class="form">
        <FormTokens state={state} form={form} />
        <Problems form={form} t={t} labels={labels} />
        <Field
          name="amount"
          label={labels.amount}
          hint={t("adjust_hint")}
          form={form}
          state={state}
        />
        <Field name="reason" label={labels.reason} form={form} state={state} />
        <p class="actions">
          <button type="submit" class="button">{t("adjust")}</button>
          <a class="button button-quiet" href={`/accounts/${account}`}>{t("cancel")}</a>
        </p>
      </form>
    </>
  );
});
