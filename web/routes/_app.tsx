/** The frame around every page. */
import { LANGUAGES } from "../i18n/mod.ts";
import { define, may, type State } from "../state.ts";
import { FormTokens, Sparrow } from "../ui/mod.ts";

export default define.layout(({ Component, state, url }) => {
  const { t, title } = state;
  return (
    <html lang={state.language} data-theme={state.theme}>
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>{title === "" ? t("product") : `${title} · ${t("product")}`}</title>
        <link rel="stylesheet" href={state.services.styleSheet} />
        <link rel="icon" href="/icon.svg" type="image/svg+xml" />
      </head>
      <body>
        <a class="skip" href="#content">{t("skip")}</a>
        <Simulated state={state} />
        {state.person !== null && <Top state={state} path={url.pathname} />}
        <main id="content" class="wrap" tabIndex={-1}>
          <Component />
        </main>
        <Foot state={state} path={url.pathname + url.search} />
      </body>
    </html>
  );
});

function Simulated({ state: { simulated, t } }: { state: State }) {
  if (simulated === false) return null;
  return (
    <div class="simulated" role="note">
      <p class="wrap">{t(simulated === true ? "simulated" : "gateway_unknown")}</p>
    </div>
  );
}

function Top({ state, path }: { state: State; path: string }) {
  const { t, person } = state;
  if (person === null) return null;
  return (
    <header class="top">
      <div class="wrap">
        <a class="brand" href="/">
          <Sparrow />
          {t("product")}
        </a>
        <nav class="nav" aria-label={t("main_navigation")}>
          {linksOf(state).map(({ href, text }) => (
            <a key={href} href={href} aria-current={isCurrent(href, path) ? "page" : undefined}>
              {text}
            </a>
          ))}
        </nav>
        <div class="who">
          <p class="who-text">
            <span class="who-name">{person.name}</span>
            <span class="who-role">{person.principal.role.replace("_", " ")}</span>
          </p>
          <form method="post" action="/sign-out">
            <FormTokens state={state} />
            <button type="submit" class="button button-quiet button-small">{t("sign_out")}</button>
          </form>
        </div>
      </div>
    </header>
  );
}

interface NavLink {
  readonly href: string;
  readonly text: string;
}

function linksOf(state: State): NavLink[] {
  const { t, person } = state;
  const own = person?.principal.accountId ?? null;
  const links: (NavLink | null)[] = person?.principal.role === "developer"
    ? own === null ? [] : [
      { href: `/accounts/${own}`, text: t("overview") },
      { href: "/requests", text: t("requests") },
      { href: `/accounts/${own}/keys`, text: t("keys") },
      { href: `/accounts/${own}/budget`, text: t("budget") },
    ]
    : [
      { href: "/accounts", text: t("accounts") },
      { href: "/requests", text: t("requests") },
    ];
  return [
    ...links,
    { href: "/prices", text: t("prices") },
    may(state, "ledger:read", null) ? { href: "/rates", text: t("fx") } : null,
    may(state, "ledger:read", null) ? { href: "/books", text: t("books") } : null,
    may(state, "ledger:read", null) ? { href: "/events", text: t("events") } : null,
    may(state, "projection:read", null) ? { href: "/system", text: t("system") } : null,
  ].filter((link) => link !== null);
}

/** A developer's overview is the parent of the other pages' paths, and current only as itself. */
function isCurrent(href: string, path: string): boolean {
  if (path === href) return true;
  return !/^\/accounts\/[^/]+$/.test(href) && path.startsWith(`${href}/`);
}

function Foot({ state, path }: { state: State; path: string }) {
  const { t } = state;
  const themes = { system: t("theme_system"), light: t("theme_light"), dark: t("theme_dark") };
  return (
    <footer class="foot">
      <div class="wrap">
        <p>{t("product")} · {t("tagline")}</p>
        <form method="post" action="/preferences" class="choices">
          <FormTokens state={state} />
          <input type="hidden" name="back" value={path} />
          <Choice
            name="language"
            title={t("language")}
            options={LANGUAGES}
            chosen={state.language}
          />
          <Choice name="theme" title={t("theme")} options={themes} chosen={state.theme} />
        </form>
      </div>
    </footer>
  );
}

function Choice(
  { name, title, options, chosen }: {
    name: string;
    title: string;
    options: Readonly<Record<string, string>>;
    chosen: string;
  },
) {
  return (
    <fieldset class="choice">
      <legend>{title}</legend>
      {Object.entries(options).map(([value, text]) => (
        <button
          key={value}
          type="submit"
          name={name}
          value={value}
          lang={name === "language" ? value : undefined}
          aria-pressed={value === chosen ? "true" : "false"}
        >
          {text}
        </button>
      ))}
    </fieldset>
  );
}
