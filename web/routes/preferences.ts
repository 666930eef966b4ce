/** Keeps the choice of language and appearance. */
import { localPath, setCookie } from "../preferences/mod.ts";
import { define, postedForm } from "../state.ts";

export const handler = define.handlers({
  GET: (ctx) => ctx.redirect("/", 303),
  async POST(ctx) {
    const field = await postedForm(ctx);
    const options = { secure: ctx.state.services.secureCookies };
    const response = ctx.redirect(localPath(field("back")), 303);
    const language = field("language");
    const theme = field("theme");
    if (language === "en" || language === "my") {
      response.headers.append("set-cookie", setCookie("sargalay_lang", language, options));
    }
    if (theme === "system" || theme === "light" || theme === "dark") {
      response.headers.append("set-cookie", setCookie("sargalay_theme", theme, options));
    }
    return response;
  },
});
