/** What handlers, middlewares and pages are given. @module */
import type { ComponentChildren, ComponentType, VNode } from "preact";
import type { PageResponse } from "./page.ts";

/** One request on its way through middlewares to its route. */
export interface Context<State> {
  readonly req: Request;
  readonly url: URL;
  /** Values of the `[name]` parts of the route's path, decoded. */
  readonly params: Readonly<Record<string, string>>;
  /** Filled by middlewares. */
  state: State;
  /** What was thrown, on an error page; undefined elsewhere. */
  readonly error: unknown;
  /** Runs the rest of the chain. */
  next(): Promise<Response>;
  /** A redirect, 302 unless given; a path that starts with two slashes stays on this host. */
  redirect(location: string, status?: number): Response;
  /** Renders a tree inside the layouts and the app. */
  render(
    vnode: VNode,
    init?: { readonly status?: number; readonly headers?: HeadersInit },
  ): Promise<Response>;
}

/** What a page, layout or app component is given. */
export interface PageProps<Data, State> extends Context<State> {
  readonly data: Data;
  /** The wrapped content, in a layout or app. */
  readonly Component: ComponentType;
}

/** A step before the route; calls `ctx.next()` to go on. */
export type Middleware<State> = (ctx: Context<State>) => Response | Promise<Response>;

/** The result of a handler: a response, or data for the route's page. */
export type HandlerResult<Data> = Response | PageResponse<Data>;

/** A function for one method. */
export type Handler<Data, State> = (
  ctx: Context<State>,
) => HandlerResult<Data> | Promise<HandlerResult<Data>>;

/** The methods that a route answers. */
export type Handlers<Data, State> = Partial<
  Record<"GET" | "POST" | "PUT" | "PATCH" | "DELETE", Handler<Data, State>>
>;

/** A component of a page; it may be asynchronous at the top. */
export type PageComponent<Data, State> = (
  props: PageProps<Data, State>,
) => ComponentChildren | Promise<ComponentChildren>;
