/** A page that lists the API, without scripts or anything fetched from elsewhere. @module */
import type { PublicRoute } from "./public_route.ts";
import type { ApiRoute } from "./route.ts";

/** The HTML of the list of routes. */
export function docsPage(routes: readonly (ApiRoute | PublicRoute)[]): string {
  const rows = routes.map((route) =>
    `<tr><th scope="row"><code>${route.method.toUpperCase()} ${escaped(route.path)}</code></th>` +
    `<td>${escaped(route.summary)}<br><small>${escaped(route.description)}</small></td>` +
    `<td><code>${route.permission}</code></td></tr>`
  );
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Sargalay ledger API</title>
<style>
  :root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
  body { max-width: 64rem; margin: 2rem auto; padding: 0 1rem; }
  th, td { text-align: left; vertical-align: top; padding: .5rem .75rem .5rem 0; }
  tr { border-top: 1px solid color-mix(in srgb, currentColor 20%, transparent); }
</style>
<h1>Sargalay ledger API</h1>
<p>Every call but the public ones carries <code>Authorization: Bearer …</code>. Amounts are decimal strings in microkyat
(1 kyat is <code>"1000000"</code>). Send <code>Idempotency-Key</code> with each change: the same key
always gets the first outcome. The schemas are in <a href="/openapi.json">/openapi.json</a>.</p>
<table><thead><tr><th>Call</th><th>What it does</th><th>Permission</th></tr></thead>
<tbody>${rows.join("\n")}</tbody></table>
</html>
`;
}

function escaped(text: string): string {
  return text.replace(/[&<>"]/g, (sign) => `&#${sign.charCodeAt(0)};`);
}
