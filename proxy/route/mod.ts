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

/** One target to try, with the model's name there. */
export interface Route<Target> {
  readonly target: Target;
  readonly upstreamModel: string;
}
