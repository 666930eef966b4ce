/** The app: middlewares, routes from files, and the fetch handler. @module */
import { createElement, Fragment } from "preact";
import { type BuildCache, buildCacheOf } from "./build_cache.ts";
import type { Context, Middleware } from "./context.ts";
import { type FileRoute, type FileRoutes, fileRoutes } from "./fs_routes.ts";
import { HttpError } from "./http_error.ts";
import { matchPattern } from "./pattern.ts";
import { propsOf, renderPage } from "./render.ts";
import { filesOfContext } from "./static_files.ts";

/** Answers a request. */
export type FetchHandler = (request: Request) => Promise<Response>;

/** A web app over `State`, which middlewares fill for each request. */
export class App<State> {
  #middlewares: Middleware<State>[] = [];
  #usesFiles = false;

  /** Adds middlewares, run in order before the route. */
  use(...middlewares: Middleware<State>[]): this {
    this.#middlewares.push(...middlewares);
    return this;
  }

  /** Adds the routes of the build. */
  fsRoutes(): this {
    this.#usesFiles = true;
    return this;
  }

  /** The finished handler. An error that no route expects becomes a 500 on the error page. */
  handler(): FetchHandler {
    const build = buildCacheOf(this);
    const files = fileRoutes(this.#usesFiles ? build.routes : new Map());
    const middlewares = this.#middlewares;
    return (request) => new Journey(request, build, files, middlewares).answer();
  }
}

/** One request's way through the app. */
class Journey<State> {
  readonly #url: URL;
  #state = {} as State;

  constructor(
    readonly request: Request,
    readonly build: BuildCache<State>,
    readonly files: FileRoutes<State>,
    readonly middlewares: readonly Middleware<State>[],
  ) {
    this.#url = new URL(request.url);
  }

  async answer(): Promise<Response> {
    const found = this.#find();
    const layouts = found?.route.layouts ?? this.files.rootLayouts;
    const params = found?.params ?? {};
    const inner = found?.route.middlewares ?? this.files.rootMiddlewares;
    // The error page comes out of the routes' middlewares, so that it knows who is asking.
    const last = async (): Promise<Response> => {
      try {
        return found === null ? this.#missing() : await this.#run(found.route, params);
      } catch (error) {
        return await this.#failed(error, params, layouts);
      }
    };
    const guarded = async (): Promise<Response> => {
      try {
        return await this.#chain(inner, 0, params, layouts, last);
      } catch (error) {
        return await this.#failed(error, params, layouts);
      }
    };
    const response = await this.#chain(this.middlewares, 0, params, layouts, guarded);
    return this.request.method === "HEAD" ? new Response(null, response) : response;
  }

  #find(): { route: FileRoute<State>; params: Record<string, string> } | null {
    for (const route of this.files.routes) {
      const params = matchPattern(route.pattern, this.#url.pathname);
      if (params !== null) return { route, params };
    }
    return null;
  }

  #missing(): never {
    throw new HttpError(404, `There is no page at ${this.#url.pathname}.`);
  }

  async #chain(
    steps: readonly Middleware<State>[],
    index: number,
    params: Record<string, string>,
    layouts: FileRoute<State>["layouts"],
    last: () => Promise<Response>,
  ): Promise<Response> {
    const step = steps[index];
    if (step === undefined) return await last();
    const next = () => this.#chain(steps, index + 1, params, layouts, last);
    return await step(this.#context({ params, layouts, next }));
  }

  async #run(route: FileRoute<State>, params: Record<string, string>): Promise<Response> {
    const ctx = this.#context({ params, layouts: route.layouts });
    const method = this.request.method === "HEAD" ? "GET" : this.request.method;
    const handler = isMethod(method) ? route.handlers[method] : undefined;
    if (handler === undefined && (method !== "GET" || route.component === null)) {
      throw new HttpError(405, `${method} is not possible here.`);
    }
    const result = handler === undefined ? null : await handler(ctx);
    if (result instanceof Response) return result;
    if (route.component === null) throw new Error(`${route.pattern.path} has data but no page`);
    const content = await route.component(propsOf(ctx, result?.data ?? null, null));
    return await renderPage(ctx, createElement(Fragment, null, content), {
      build: this.build,
      layouts: route.layouts,
      status: result?.status ?? 200,
      headers: result?.headers ?? {},
    });
  }

  async #failed(
    error: unknown,
    params: Record<string, string>,
    layouts: FileRoute<State>["layouts"],
  ): Promise<Response> {
    const status = error instanceof HttpError ? error.status : 500;
    if (this.files.errorPage === null) return new Response(`HTTP ${status}`, { status });
    const ctx = this.#context({ params, layouts, error });
    const content = await this.files.errorPage(propsOf(ctx, null, null));
    return await renderPage(ctx, createElement(Fragment, null, content), {
      build: this.build,
      layouts,
      status,
      headers: { "cache-control": "no-store" },
    });
  }

  #context(parts: {
    readonly params: Record<string, string>;
    readonly layouts: FileRoute<State>["layouts"];
    readonly next?: () => Promise<Response>;
    readonly error?: unknown;
  }): Context<State> {
    const ctx: Context<State> = {
      req: this.request,
      url: this.#url,
      params: parts.params,
      state: this.#state,
      error: parts.error,
      next: parts.next ?? (() => Promise.reject(new Error("there is nothing after a route"))),
      redirect: (location, status = 302) =>
        new Response(null, { status, headers: { location: location.replace(/^\/{2,}/, "/") } }),
      render: (vnode, init = {}) =>
        renderPage(ctx, vnode, {
          build: this.build,
          layouts: parts.layouts,
          status: init.status ?? 200,
          headers: init.headers ?? {},
        }),
    };
    filesOfContext.set(ctx, this.build.files);
    return ctx;
  }
}

function isMethod(method: string): method is "GET" | "POST" | "PUT" | "PATCH" | "DELETE" {
  return ["GET", "POST", "PUT", "PATCH", "DELETE"].includes(method);
}
