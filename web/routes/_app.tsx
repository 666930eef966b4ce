/** The frame around every page. */
import { LANGUAGES } from "../i18n/mod.ts";
import { currentPage, sectionsOf } from "../navigation/mod.ts";
import { define, type State } from "../state.ts";
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
  const sections = sectionsOf(state);
  const current = currentPage(sections, path);
  const section = sections.find(({ pages }) => current !== null && pages.includes(current));
  const links = sections.map((each) => ({
    href: each.pages[0].href,
    text: t(each.text),
    isCurrent: each === section,
  }));
  return (
    <>
      <header class="top">
        <div class="wrap">
          <a class="brand" href="/">
            <Sparrow />
            {t("product")}
          </a>
          <Links label={t("main_navigation")} kind="nav" links={links} />
          <div class="who">
            <p class="who-text">
              <span class="who-name">{person.name}</span>
              <span class="who-role">{person.principal.role.replace("_", " ")}</span>
            </p>
            <form method="post" action="/sign-out">
              <FormTokens state={state} />
              <button type="submit" class="button button-quiet button-small">
                {t("sign_out")}
              </button>
            </form>
          </div>
        </div>
      </header>
      {section !== undefined && section.pages.length > 1 && (
        <div class="subnav-bar">
          <div class="wrap">
            <Links
              label={t(section.text)}
              kind="subnav"
              links={section.pages.map((each) => ({
                href: each.href,
                text: t(each.text),
                isCurrent: each === current,
              }))}
            />
          </div>
        </div>
      )}
    </>
  );
}

interface NavLink {
  readonly href: string;
  readonly text: string;
  readonly isCurrent: boolean;
}

function Links(
  { label, kind, links }: { label: string; kind: "nav" | "subnav"; links: readonly NavLink[] },
) {
  return (
    <nav class={kind} aria-label={label}>
      {links.map(({ href, text, isCurrent }) => (
        <a key={href} href={href} aria-current={isCurrent ? "page" : undefined}>{text}</a>
      ))}
    </nav>
  );
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
