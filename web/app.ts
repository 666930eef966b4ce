/** The app: what happens to every request before its page. @module */
import { App, type BuildCache, type Context, setBuildCache, staticFiles } from "fresh";
import type { Services, State } from "./state.ts";
import { translator } from "./i18n/mod.ts";

const SECURITY_HEADERS: Readonly<Record<string, string>> = {
  "content-security-policy": [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' data:",
    "font-src 'self'",
    "connect-src 'self'",
    "form-action 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ].join("; "),
  "x-content-type-options": "nosniff",
  "x-frame-options": "DENY",
  "referrer-policy": "same-origin",
  "permissions-policy": "camera=(), microphone=(), geolocation=()",
  "cross-origin-opener-policy": "same-origin",
};

/** Builds the app over its services and its build. */
export function createApp(services: Services, build: BuildCache<State>): App<State> {
  const app = new App<State>();
  setBuildCache(app, build);
  return app
    .use(secured(services.secureCookies))
    .use(staticFiles())
    .use((ctx) => {
      ctx.state = Object.assign(ctx.state, { ...emptyState, services });
      return ctx.next();
    })
    .fsRoutes();
}

const emptyState = {
  visitor: "",
  person: null,
  language: "en",
  theme: "system",
  t: translator("en"),
  simulated: null,
  title: "",
} as const;

/** Puts the security headers on every answer; pages are never kept by caches. */
function secured(https: boolean) {
  return async (ctx: Context<State>): Promise<Response> => {
    const answer = await ctx.next();
    const response = new Response(answer.body, answer);
    for (const [name, value] of Object.entries(SECURITY_HEADERS)) response.headers.set(name, value);
    if (https) response.headers.set("strict-transport-security", "max-age=31536000");
    if (!response.headers.has("cache-control")) response.headers.set("cache-control", "no-store");
    return response;
  };
}
