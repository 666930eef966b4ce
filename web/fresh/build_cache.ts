/** What the build step knows and the app serves: routes, islands and files. @module */
import type { ComponentType } from "preact";
import type { App } from "./app.ts";
import { registerIslands } from "./islands.ts";
import type { Handler, Handlers, Middleware, PageComponent } from "./context.ts";

/** A module below `routes/`, as imported. */
export interface RouteModule<State> {
  readonly default?: PageComponent<unknown, State> | Middleware<State> | Middleware<State>[];
  readonly handler?: Handlers<unknown, State> | Handler<unknown, State>;
}

/** A file to serve as it is. */
export interface StaticFile {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly contentType: string;
}

/** The result of a build. */
export interface BuildCache<State> {
  /** Modules by their path below `routes/`, such as `accounts/[id].tsx`. */
  readonly routes: ReadonlyMap<string, RouteModule<State>>;
  /** Interactive components by the name that the browser knows them by. */
  readonly islands: ReadonlyMap<string, ComponentType<never>>;
  /** Files by URL path; their names carry a hash, so that they may be cached for ever. */
  readonly files: ReadonlyMap<string, StaticFile>;
  /** URL path of the script that revives islands. */
  readonly clientScript: string;
  /** URL path of the style sheet. */
  readonly styleSheet: string;
}

const caches = new WeakMap<object, BuildCache<never>>();

/** Hands a build to an app; to be called before `fsRoutes()` and `handler()`. */
export function setBuildCache<State>(app: App<State>, cache: BuildCache<State>): void {
  registerIslands(cache.islands);
  caches.set(app, cache as BuildCache<never>);
}

/** The build of an app. Throws when none was set. */
export function buildCacheOf<State>(app: App<State>): BuildCache<State> {
  const cache = caches.get(app);
  if (cache === undefined) throw new Error("the app has no build; call setBuildCache first");
  return cache as BuildCache<State>;
}
