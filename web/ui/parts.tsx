/** Heads, panels, notices, facts. @module */
import type { ComponentChildren } from "preact";
import CopyButton from "../islands/copy_button.tsx";
import type { FormState } from "../forms/mod.ts";
import type { Translate } from "../i18n/mod.ts";

/** The head of a page, with what leads back and what can be done. */
export function PageHead(
  { title, intro, crumb, children }: {
    readonly title: ComponentChildren;
    readonly intro?: string | undefined;
    readonly crumb?: { readonly href: string; readonly text: string } | undefined;
    readonly children?: ComponentChildren;
  },
) {
  return (
    <div class="page-head">
      <div class="min-w-0">
        {crumb !== undefined && (
          <p class="crumb">
            <a href={crumb.href}>← {crumb.text}</a>
          </p>
        )}
        <h1 class="break">{title}</h1>
        {intro !== undefined && <p>{intro}</p>}
      </div>
      {children !== undefined && <div class="actions">{children}</div>}
    </div>
  );
}

/** A titled part of a page; `id` names its heading for assistive technology. */
export function Panel(
  { id, title, intro, aside, children, flush = false }: {
    readonly id: string;
    readonly title: string;
    readonly intro?: string | undefined;
    readonly aside?: ComponentChildren;
    readonly children: ComponentChildren;
    /** Whether the content brings its own margins, as tables do. */
    readonly flush?: boolean;
  },
) {
  return (
    <section class="panel" aria-labelledby={id}>
      <header>
        <h2 id={id}>{title}</h2>
        {aside}
        {intro !== undefined && <p>{intro}</p>}
      </header>
      {flush ? children : <div class="panel-body">{children}</div>}
    </section>
  );
}

/** A message; `role` alert for what went wrong, status for what went well. */
export function Notice(
  { tone, children, role }: {
    readonly tone: "good" | "wait" | "bad" | "info";
    readonly children: ComponentChildren;
    readonly role?: "alert" | "status";
  },
) {
  return <div class={`notice tone-${tone}`} role={role}>{children}</div>;
}

/** What is wrong with a form as a whole, with links to its fields. */
export function Problems(
  { form, t, labels }: {
    readonly form: FormState;
    readonly t: Translate;
    readonly labels: Readonly<Record<string, string>>;
  },
) {
  const names = Object.keys(form.problems);
  if (names.length === 0 && form.refusal === null) return null;
  return (
    <Notice tone="bad" role="alert">
      {form.refusal !== null && <p>{form.refusal}</p>}
      {names.length > 0 && (
        <p>
          {t("check_fields")} {names.map((name, index) => (
            <>
              {index > 0 && ", "}
              <a href={`#${name}`}>{labels[name] ?? name}</a>
            </>
          ))}
        </p>
      )}
    </Notice>
  );
}

/** A name with its value. */
export interface Fact {
  readonly name: string;
  readonly value: ComponentChildren;
}

/** Names with their values. */
export function Facts({ rows }: { readonly rows: readonly Fact[] }) {
  return (
    <dl class="facts">
      {rows.map(({ name, value }) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

/** Text to copy; `name` says what it is. */
export function Code(
  { text, name, t }: { readonly text: string; readonly name: string; readonly t: Translate },
) {
  return (
    <figure class="code">
      <figcaption class="hint mb-1">{name}</figcaption>
      <pre tabIndex={0} aria-label={name}><code>{text}</code></pre>
      <CopyButton text={text} label={t("copy")} doneLabel={t("copied")} />
    </figure>
  );
}
