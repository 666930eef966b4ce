/** Grants credit to an account. */
import { page } from "fresh";
import { answerForm, newForm, readPosted, type Submission } from "../../../form_page/mod.ts";
import { checkFields, type FormState, signedKyat, text } from "../../../forms/mod.ts";
import { define, roomsFor } from "../../../state.ts";
import { donePath, Field, FormTokens, PageHead, Problems, Select } from "../../../ui/mod.ts";

const SOURCES = ["manual_payment", "promotion"] as const;
const FIELDS = ["amount", "source", "reference"];

export const handler = define.handlers<FormState>({
  GET(ctx) {
    roomsFor(ctx.state, "credit:grant", ctx.params.account ?? "");
    return page(newForm(ctx.state));
  },
  async POST(ctx) {
    const accountId = ctx.params.account ?? "";
    const { commands } = roomsFor(ctx.state, "credit:grant", accountId);
    const posted = await readPosted(ctx);
    const checked = checkFields({
      amount: signedKyat(posted.field("amount"), { positive: true }),
      reference: text(posted.field("reference")),
    });
    const source = SOURCES.find((known) => known === posted.field("source")) ?? SOURCES[0];
    const submission: Submission = checked.ok
      ? {
        status: "sent",
        outcome: await commands.grantCredit(posted.operationId, accountId, {
          amountMicroKyat: checked.value.amount,
          source,
          reference: checked.value.reference,
        }),
      }
      : { status: "invalid", problems: checked.problems };
    return answerForm(ctx, {
      posted,
      submission,
      names: FIELDS,
      done: (position) => donePath(`/accounts/${accountId}`, "credit", position),
      again: (form) => form,
    });
  },
});

export default define.page<typeof handler>(({ data: form, state, params }) => {
  const { t } = state;
  const account = params.account ?? "";
  const labels = { amount: t("amount_kyat"), reference: t("reference") };
  state.title = t("grant_credit");
  return (
    <>
      <PageHead
        title={t("grant_credit")}
        crumb={{ href: `/accounts/${account}`, text: account }}
      />
      <form method="post" class="form">
        <FormTokens state={state} form={form} />
        <Problems form={form} t={t} labels={labels} />
        <Field
          name="amount"
          label={labels.amount}
          hint={t("amount_hint")}
          inputMode="decimal"
          form={form}
          state={state}
        />
        <Select
          name="source"
          label={t("source")}
          form={form}
          state={state}
          options={SOURCES.map((value) => ({ value, text: t(`source_${value}`) }))}
        />
        <Field
          name="reference"
          label={labels.reference}
          hint={t("reference_hint")}
          form={form}
          state={state}
        />
        <p class="actions">
          <button type="submit" class="button">{t("grant_credit")}</button>
          <a class="button button-quiet" href={`/accounts/${account}`}>{t("cancel")}</a>
        </p>
      </form>
    </>
  );
});
