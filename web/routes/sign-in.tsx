/** The door. */
import { page } from "fresh";
import { emptyForm, type FormState } from "../forms/mod.ts";
import { localPath } from "../preferences/mod.ts";
import { define, postedForm } from "../state.ts";
import { Field, FormTokens, Notice, Sparrow } from "../ui/mod.ts";

interface Door {
  readonly form: FormState;
  readonly next: string;
}

export const handler = define.handlers<Door>({
  GET(ctx) {
    const next = localPath(ctx.url.searchParams.get("next") ?? "/");
    if (ctx.state.person !== null) return ctx.redirect(next, 303);
    return page({ form: emptyForm(""), next });
  },
  async POST(ctx) {
    const { identity, attempts } = ctx.state.services;
    const field = await postedForm(ctx);
    const [email, next] = [field("email").toLowerCase(), localPath(field("next"))];
    const waitMs = attempts.waitMs(email);
    if (waitMs > 0) {
      const minutes = String(Math.ceil(waitMs / 60_000));
      return refused(email, next, ctx.state.t("sign_in_wait", { minutes }), 429);
    }
    const result = email === "" ? { ok: false as const } : await identity.signIn(
      email,
      field("password"),
    );
    if (!result.ok) {
      attempts.failed(email);
      return refused(email, next, ctx.state.t("sign_in_failed"), 422);
    }
    attempts.succeeded(email);
    const response = ctx.redirect(next, 303);
    for (const cookie of result.cookies) response.headers.append("set-cookie", cookie);
    return response;
  },
});

function refused(email: string, next: string, refusal: string, status: number) {
  return page({ form: { ...emptyForm("", { email }), refusal }, next }, { status });
}

export default define.page<typeof handler>(({ data: { form, next }, state }) => {
  const { t } = state;
  state.title = t("sign_in");
  return (
    <div class="door pt-6 sm:pt-14">
      <div class="door-head">
        <Sparrow />
        <h1>{t("product")}</h1>
        <p class="text-muted">{t("tagline")}</p>
      </div>
      <form method="post" class="panel form" aria-label={t("sign_in")}>
        <FormTokens state={state} />
        <input type="hidden" name="next" value={next} />
        {form.refusal !== null && <Notice tone="bad" role="alert">{form.refusal}</Notice>}
        <Field
          name="email"
          label={t("email")}
          type="email"
          autocomplete="username"
          form={form}
          state={state}
        />
        <Field
          name="password"
          label={t("password")}
          type="password"
          autocomplete="current-password"
          form={form}
          state={state}
        />
        <button type="submit" class="button">{t("sign_in")}</button>
        <p class="hint">{t("sign_in_intro")}</p>
      </form>
    </div>
  );
});
