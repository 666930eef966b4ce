/** The reference page of the API: no script, and nothing from another host. @module */
import { jsonSchema } from "./document.ts";
import type { ManagementRoute } from "./route.ts";

/** The HTML of the reference; `styleSheet` is an address on this host. */
export function docsPage(routes: readonly ManagementRoute[], styleSheet: string): string {
  const groups = Map.groupBy(routes, ({ path }) => path.split("/")[2] ?? "");
  const names = [...groups.keys()];
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Management API · Sargalay</title>
<link rel="stylesheet" href="${escaped(styleSheet)}">
<link rel="icon" href="/icon.svg" type="image/svg+xml">
</head>
<body>
<main class="wrap stack">
<div class="page-head"><div><h1>Management API</h1>
<p>Send <code>Authorization: Bearer …</code>, or sign in and send the <code>csrfToken</code> of
<a href="#get-api-session">GET /api/session</a> as <code>x-csrf-token</code> with each change. An
<code>Idempotency-Key</code> names a change: repeated, it has its first outcome. Errors are
<code>{"error": {message, type, param, code}}</code>. Amounts are decimal strings. Lists have
<code>limit</code> (1 to 200) and <code>cursor</code>. The schemas are in
<a href="/api/openapi.json">/api/openapi.json</a>.</p></div></div>
<nav class="subnav" aria-label="Resources">
${names.map((name) => `<a href="#${name}">${escaped(name)}</a>`).join("\n")}
</nav>
${[...groups].map(([name, members]) => groupHtml(name, members)).join("\n")}
</main>
</body>
</html>
`;
}

function groupHtml(name: string, routes: readonly ManagementRoute[]): string {
  return `<section class="panel" aria-labelledby="${name}"><div class="panel-body stack">
<h2 id="${name}">${escaped(name)}</h2>
${routes.map(routeHtml).join("\n")}
</div></section>`;
}

function routeHtml(route: ManagementRoute): string {
  const { method, path, permission, summary, description, query, body, result, status } = route;
  const id = `${method}${path.replace(/[^\w]+/g, "-").replace(/-$/, "")}`;
  const names = Object.keys(query.shape);
  return `<article id="${id}">
<h3>${escaped(summary)}</h3>
<p><code>${method.toUpperCase()} ${escaped(path)}</code> · <span class="quiet">${
    permission === null ? "anybody who is known" : `<code>${permission}</code>`
  }</span></p>
<p>${marked(description)}</p>
${
    names.length === 0
      ? ""
      : `<p>Query: ${names.map((name) => `<code>${escaped(name)}</code>`).join(", ")}</p>`
  }
${body === null ? "" : schemaHtml("Body", jsonSchema(body, "input"))}
${schemaHtml(`Answer ${status}`, jsonSchema(result, "output"))}
</article>`;
}

function schemaHtml(title: string, schema: unknown): string {
  return `<details><summary>${title}</summary><pre class="code">${
    escaped(JSON.stringify(schema, null, 2))
  }</pre></details>`;
}

/** Text with its \`code\` as such. */
function marked(text: string): string {
  return escaped(text).replace(/`([^`]+)`/g, "<code>$1</code>");
}

function escaped(text: string): string {
  return text.replace(/[&<>"]/g, (sign) => `&#${sign.charCodeAt(0)};`);
}
