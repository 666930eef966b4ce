/** Finds the route of a path. @module */
import type { ManagementRoute } from "./route.ts";

/** A route with its path's parts, decoded. */
export interface Match {
  readonly route: ManagementRoute;
  readonly params: Readonly<Record<string, string>>;
}

/** What is at a path: a route, the methods that it has instead, or nothing (none of them). */
export type Found =
  | { readonly match: Match }
  | { readonly match: null; readonly methods: readonly string[] };

/** Finds the route for a method and a path; of two that fit the one listed first. */
export type RouteFinder = (method: string, pathname: string) => Found;

/** Names of models have slashes, which many clients do not encode. */
const MANY_PARTS = new Set(["model"]);

/** Builds the finder. */
export function createRouteFinder(routes: readonly ManagementRoute[]): RouteFinder {
  const patterns = routes.map((route) => ({ route, pattern: patternOf(route.path) }));
  return (method, pathname) => {
    const methods: string[] = [];
    for (const { route, pattern } of patterns) {
      const fit = pattern.exec(pathname);
      const params = fit === null ? null : decoded(fit.groups ?? {});
      if (params === null) continue;
      if (route.method.toUpperCase() === method) return { match: { route, params } };
      methods.push(route.method.toUpperCase());
    }
    return { match: null, methods: [...new Set(methods)] };
  };
}

function patternOf(path: string): RegExp {
  const parts = path.split(/(\{\w+\})/).map((part) => {
    const name = /^\{(\w+)\}$/.exec(part)?.[1];
    if (name === undefined) return part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
    return `(?<${name}>${MANY_PARTS.has(name) ? ".{1,400}" : "[^/]{1,400}"})`;
  });
  return new RegExp(`^${parts.join("")}$`);
}

/** The decoded parts; null when they are not decodable. */
function decoded(groups: Readonly<Record<string, string>>): Record<string, string> | null {
  try {
    return Object.fromEntries(
      Object.entries(groups).map(([name, value]) => [name, decodeURIComponent(value)]),
    );
  } catch {
    return null;
  }
}
