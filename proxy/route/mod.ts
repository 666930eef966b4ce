/**
 * From what a client asks for to the upstream targets that can serve it, in the order to try them;
 * see README.md beside this file.
 *
 * @module
 */
export { yangonHour } from "./conditions.ts";
export type {
  AttachedRouter,
  CallModality,
  CallNeeds,
  NoTarget,
  Resolution,
  RoutableModel,
  RoutableProvider,
  RoutedTarget,
  RouteRequest,
  RouteWorld,
  SkippedTarget,
} from "./parts.ts";
export { routingFactsOf } from "./record.ts";
export { MAX_TARGETS, resolve } from "./resolve.ts";
export { seededDraw } from "./seeded_draw.ts";

/** What routing must know of a target. */
export interface Routable {
  readonly name: string;
  /** Upstream model by model for sale; null when it serves every model under its own name. */
  readonly models: ReadonlyMap<string, string> | null;
}

/** One target to try, with the model's name there. */
export interface Route<Target extends Routable> {
  readonly target: Target;
  readonly upstreamModel: string;
}

/** Puts the routes that could serve a call in the order to try them. */
export type Strategy = <Target extends Routable>(
  routes: readonly Route<Target>[],
) => readonly Route<Target>[];

/** Tries targets in the order in which the settings name them. */
export const byPriority: Strategy = (routes) => routes;

/** Most targets that one call tries; the settlement lists as many attempts. */
export const MAX_ROUTES = 16;

/** The routes for a model, best first; empty when no target serves it. */
export function route<Target extends Routable>(
  model: string,
  targets: readonly Target[],
  strategy: Strategy = byPriority,
): readonly Route<Target>[] {
  const routes: Route<Target>[] = [];
  for (const target of targets) {
    const upstreamModel = target.models === null ? model : target.models.get(model);
    if (upstreamModel !== undefined) routes.push({ target, upstreamModel });
  }
  return strategy(routes).slice(0, MAX_ROUTES);
}
