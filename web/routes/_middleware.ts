/** Who is asking, in which language, and whether they may come in. */
import { type Context, HttpError } from "fresh";
import { languageOf, translator } from "../i18n/mod.ts";
import { cookieOf, setCookie } from "../preferences/mod.ts";
import { define, type State, type Theme } from "../state.ts";

const PUBLIC = new Set(["/sign-in", "/health", "/preferences"]);

export default define.middleware(async (ctx) => {
  const { state, req, url } = ctx;
  if (url.pathname === "/health") return await ctx.next();
  const language = languageOf(cookieOf(req, "sargalay_lang"), req.headers.get("accept-language"));
  const fresh = readVisitor(ctx);
  Object.assign(state, { language, theme: themeOf(req), t: translator(language) });
  refuseOtherSites(req);
  const [person, simulated] = await Promise.all([
    state.services.identity.personOf(req.headers),
    state.services.rooms.simulated(),
  ]);
  Object.assign(state, { person, simulated });
  const response = person === null && !PUBLIC.has(url.pathname)
    ? ctx.redirect(signInPath(ctx), 303)
    : await ctx.next();
  if (fresh === null) return response;
  const answer = new Response(response.body, response);
  answer.headers.append(
    "set-cookie",
    setCookie("sargalay_visitor", fresh, { secure: state.services.secureCookies }),
  );
  return answer;
});

/** Refuses what another site's page sends; the form token guards where browsers do not tell. */
function refuseOtherSites({ method, headers }: Request): void {
  const site = headers.get("sec-fetch-site");
  if (method !== "GET" && method !== "HEAD" && site !== null && site !== "same-origin") {
    throw new HttpError(403, "csrf");
  }
}

/** Takes the visitor's mark from its cookie; makes one, and returns it, when there is none. */
function readVisitor({ req, state }: Context<State>): string | null {
  const known = cookieOf(req, "sargalay_visitor");
  if (known !== null && /^[0-9a-f]{32}$/.test(known)) {
    state.visitor = known;
    return null;
  }
  state.visitor = state.services.effects.random.bytes(16).toHex();
  return state.visitor;
}

function themeOf(req: Request): Theme {
  const theme = cookieOf(req, "sargalay_theme");
  return theme === "light" || theme === "dark" ? theme : "system";
}

/** The way to sign-in; it leads back only to pages, which a form's target may not be. */
function signInPath({ req, url }: Context<State>): string {
  if (req.method !== "GET" || url.pathname === "/") return "/sign-in";
  return `/sign-in?${new URLSearchParams({ next: url.pathname + url.search })}`;
}
