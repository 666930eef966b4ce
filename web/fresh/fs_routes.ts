/** Turns the modules below `routes/` into routes with their layouts and middlewares. @module */
import type { RouteModule } from "./build_cache.ts";
import type { Handlers, Middleware, PageComponent } from "./context.ts";
import { compareSpecificity, parsePattern, type Pattern, patternOfFile } from "./pattern.ts";

/** A route with everything around it. */
export interface FileRoute<State> {
  readonly pattern: Pattern;
  readonly handlers: Handlers<unknown, State>;
  /** Null for a route that renders nothing. */
  readonly component: PageComponent<unknown, State> | null;
  readonly middlewares: readonly Middleware<State>[];
  /** Outermost first, the app included. */
  readonly layouts: readonly PageComponent<unknown, State>[];
}

/** All routes of the files, most specific first, and the page that shows errors. */
export interface FileRoutes<State> {
  readonly routes: readonly FileRoute<State>[];
  readonly errorPage: PageComponent<unknown, State> | null;
  readonly rootLayouts: readonly PageComponent<unknown, State>[];
  /** Run before a path that no route has, too. */
  readonly rootMiddlewares: readonly Middleware<State>[];
}

/** Builds the routes. Throws when two files claim one path. */
export function fileRoutes<State>(
  modules: ReadonlyMap<string, RouteModule<State>>,
): FileRoutes<State> {
  const component = (path: string) =>
    (modules.get(path)?.default ?? null) as PageComponent<unknown, State> | null;
  const layoutsOf = (folders: readonly string[]) =>
    ["_app.tsx", ...folders.map((folder) => `${folder}_layout.tsx`)]
      .flatMap((path) => component(path) ?? []);
  const middlewaresOf = (folders: readonly string[]) =>
    folders.flatMap((folder) => {
      const found = modules.get(`${folder}_middleware.ts`)?.default;
      return (found === undefined ? [] : [found].flat()) as Middleware<State>[];
    });
  const routes: FileRoute<State>[] = [];
  const seen = new Set<string>();
  for (const [file, module] of modules) {
    if (/(^|\/)_/.test(file)) continue;
    const pattern = parsePattern(patternOfFile(file));
    if (seen.has(pattern.path)) throw new Error(`two files claim the path ${pattern.path}`);
    seen.add(pattern.path);
    const folders = foldersOf(file);
    routes.push({
      pattern,
      handlers: handlersOf(module),
      component: component(file),
      middlewares: middlewaresOf(folders),
      layouts: layoutsOf(folders),
    });
  }
  routes.sort((one, other) => compareSpecificity(one.pattern, other.pattern));
  return {
    routes,
    errorPage: component("_error.tsx"),
    rootLayouts: layoutsOf([""]),
    rootMiddlewares: middlewaresOf([""]),
  };
}

function handlersOf<State>(module: RouteModule<State>): Handlers<unknown, State> {
  if (typeof module.handler !== "function") return module.handler ?? {};
  const every = module.handler;
  return { GET: every, POST: every, PUT: every, PATCH: every, DELETE: every };
}

/** `a/b/c.tsx` lies in ``, `a/` and `a/b/`. */
function foldersOf(file: string): string[] {
  const parts = file.split("/").slice(0, -1);
  return ["", ...parts.map((_, index) => `${parts.slice(0, index + 1).join("/")}/`)];
}
