/** Renders a page inside its layouts into an HTML response. @module */
import { createElement, Fragment, type VNode } from "preact";
import { renderToString } from "preact-render-to-string";
import type { BuildCache } from "./build_cache.ts";
import type { Context, PageComponent, PageProps } from "./context.ts";
import { renderWithIslands } from "./islands.ts";

/** What to render and around what. */
export interface Rendering<State> {
  readonly build: BuildCache<State>;
  readonly layouts: readonly PageComponent<unknown, State>[];
  readonly status: number;
  readonly headers: HeadersInit;
}

/** The props of a component: the context, its data, and what it wraps. */
export function propsOf<State>(
  ctx: Context<State>,
  data: unknown,
  content: VNode | null,
): PageProps<unknown, State> {
  return Object.assign(Object.create(ctx), { data, Component: () => content });
}

/** Renders `content` inside `layouts`; the script tag is there only when an island is. */
export async function renderPage<State>(
  ctx: Context<State>,
  content: VNode,
  { build, layouts, status, headers }: Rendering<State>,
): Promise<Response> {
  let tree = content;
  for (const layout of layouts.toReversed()) {
    tree = createElement(Fragment, null, await layout(propsOf(ctx, null, tree)));
  }
  const { html, used } = renderWithIslands(() => renderToString(tree));
  const script = used ? `<script type="module" src="${build.clientScript}"></script></body>` : "";
  const body = used ? html.replace(/<\/body>(?=[^]{0,20}$)/, () => script) : html;
  const merged = new Headers(headers);
  if (!merged.has("content-type")) merged.set("content-type", "text/html; charset=utf-8");
  return new Response(`<!DOCTYPE html>${body}`, { status, headers: merged });
}
