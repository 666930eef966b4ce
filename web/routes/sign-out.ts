/** The way out. */
import { define, postedForm } from "../state.ts";

export const handler = define.handlers({
  async POST(ctx) {
    await postedForm(ctx);
    const response = ctx.redirect("/sign-in", 303);
    for (const cookie of await ctx.state.services.identity.signOut(ctx.req.headers)) {
      response.headers.append("set-cookie", cookie);
    }
    return response;
  },
});
