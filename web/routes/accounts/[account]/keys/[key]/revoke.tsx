/** Asks before a key is revoked, then revokes it. */
import { type Context, HttpError, page } from "fresh";
import type { KeyRow } from "../../../../../../shared/read_api/mod.ts";
import { answerForm, newForm, readPosted } from "../../../../../form_page/mod.ts";
import type { FormState } from "../../../../../forms/mod.ts";
import { define, roomsFor, type State } from "../../../../../state.ts";
import { donePath, FormTokens, Notice, PageHead, Problems } from "../../../../../ui/mod.ts";

interface Revocation {
  readonly keyRow: KeyRow;
  readonly form: FormState;
}

export const handler = define.handlers<Revocation>({
  GET: async (ctx) => page({ keyRow: await keyOf(ctx), form: newForm(ctx.state) }),
  async POST(ctx) {
    const keyRow = await keyOf(ctx);
    const { accountId, keyId } = keyRow;
    const { commands } = roomsFor(ctx.state, "key:revoke", accountId);
    const posted = await readPosted(ctx);
    const outcome = await commands.revokeKey(posted.operationId, {
      accountId,
      keyId,
      reason: "Revoked on the web page",
    });
    return answerForm(ctx, {
      posted,
      submission: { status: "sent", outcome },
      names: [],
      done: (position) => donePath(`/accounts/${accountId}/keys`, "revoked", position),
      again: (form) => ({ keyRow, form }),
    });
  },
});

async function keyOf(ctx: Context<State>): Promise<KeyRow> {
  const accountId = ctx.params.account ?? "";
  const { reads } = roomsFor(ctx.state, "key:revoke", accountId);
  const keys = await reads.everyKey(accountId);
  const found = keys.find((row) => row.keyId === ctx.params.key);
  if (found === undefined) throw new HttpError(404, `there is no key ${ctx.params.key}`);
  return found;
}

export default define.page<typeof handler>(({ data: { keyRow, form }, state }) => {
  const { t } = state;
  const back = `/accounts/${keyRow.accountId}/keys`;
  state.title = t("revoke_key");
  return (
    <>
      <PageHead
        title={t("revoke_question", { label: keyRow.label })}
        crumb={{ href: back, text: t("keys") }}
      />
      <form method="post" class="form">
        <FormTokens state={state} form={form} />
        <Problems form={form} t={t} labels={{}} />
        <p>
          <code>{keyRow.prefix}</code>
        </p>
        <Notice tone="wait">{t("revoke_warning")}</Notice>
        <p class="actions">
          <button type="submit" class="button button-danger">{t("revoke_key")}</button>
          <a class="button button-quiet" href={back}>{t("cancel")}</a>
        </p>
      </form>
    </>
  );
});
