/** Names of providers, routers and aliases. @module */
import { z } from "zod";
import { identifierSchema } from "../ids/mod.ts";

const slug = z.string().regex(
  /^[a-z0-9][a-z0-9_-]{0,63}$/,
  "expected 1 to 64 lower-case letters, digits, - or _",
);

/** A provider as this deployment names it, such as `groq` or `groq-eu`. */
export const providerNameSchema = slug;

/** The built-in record that a provider follows, such as `groq`, or `openai_compatible`. */
export const profileSchema = slug;

/** The profile of any server that speaks OpenAI's protocol; it needs a base URL. */
export const CUSTOM_PROFILE = "openai_compatible";

/** A router's id, such as `free-first`; a client may name it as a model, also as `router/<id>`. */
export const routerIdSchema = slug;

/** What the name of a router stands behind where a model is named. */
export const ROUTER_PREFIX = "router/";

/** The model name that leaves the choice to the gateway. */
export const AUTO_MODEL = "auto";

/** Another name for models; `auto` and names of routers are no aliases. */
export const aliasNameSchema = identifierSchema.refine(
  (name) => name !== AUTO_MODEL && !name.startsWith(ROUTER_PREFIX),
  `expected another name than ${AUTO_MODEL} and ${ROUTER_PREFIX}…`,
);

/** Where calls go: http or https, without user, query or fragment, at most 500 characters. */
export const baseUrlSchema = z.string().max(500).refine(isBaseUrl, {
  error: "expected a URL with http or https and without user, query and fragment",
});

function isBaseUrl(text: string): boolean {
  const url = URL.parse(text);
  if (url === null || !/^https?:$/.test(url.protocol)) return false;
  return url.username === "" && url.password === "" && !/[?#\s]/.test(text);
}
