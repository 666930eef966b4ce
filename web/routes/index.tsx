/** Leads everyone to where they work. */
import { page } from "fresh";
import { define, personOf } from "../state.ts";
import { Notice } from "../ui/mod.ts";

export const handler = define.handlers<null>({
  GET(ctx) {
    const { role, accountId } = personOf(ctx.state).principal;
    if (role !== "developer") return ctx.redirect("/accounts", 303);
    if (accountId !== null) return ctx.redirect(`/accounts/${accountId}`, 303);
    return page(null);
  },
});

export default define.page<typeof handler>(({ state }) => (
  <Notice tone="info">{state.t("no_account")}</Notice>
));
