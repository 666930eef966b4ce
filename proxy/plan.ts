/** Where a call may go: the model that was asked for, and the targets that serve it. @module */
import type { EdgeModel } from "../shared/edge_config/mod.ts";
import { failure, FailureError } from "../shared/errors.ts";
import type { RoutingFacts } from "../shared/events/mod.ts";
import type { ProxyDeps } from "./app.ts";
import { type Route, route } from "./route/mod.ts";
import type { UpstreamTarget } from "./upstream/mod.ts";

/** One target to try, for one model for sale. */
export interface Candidate extends Route<UpstreamTarget> {
  readonly model: EdgeModel;
  /** Whose key the target is called with; null when it needs none. */
  readonly keyLevel: string | null;
  /** Whether that is the customer's own, so that a fee is charged and no tokens. */
  readonly ownKey: boolean;
}

/** A way through a call, best first; never empty. */
export interface CallPlan {
  readonly candidates: readonly [Candidate, ...Candidate[]];
  /** How they were chosen; null where the name left no choice. */
  readonly routing: RoutingFacts | null;
}

/** The plan for a model's name. Throws FailureError `model_not_found`. */
export function planCall(deps: ProxyDeps, name: string): CallPlan {
  const model = modelOf(deps, name);
  const candidates = route(model.model, deps.targets)
    .map((each): Candidate => ({ ...each, model, keyLevel: null, ownKey: false }));
  const [first, ...rest] = candidates;
  if (first === undefined) throw notForSale(name);
  return { candidates: [first, ...rest], routing: null };
}

/** The model of a name. Throws FailureError `model_not_found` unless somebody serves it. */
export function modelOf(deps: ProxyDeps, name: string): EdgeModel {
  const model = deps.config.findModel(name);
  if (model === undefined || !isServed(deps, model)) throw notForSale(name);
  return model;
}

/** Whether a target serves the model. */
export function isServed(deps: ProxyDeps, model: EdgeModel): boolean {
  return route(model.model, deps.targets).length > 0;
}

function notForSale(name: string): FailureError {
  return new FailureError(
    failure("model_not_found", `The model ${JSON.stringify(name)} is not for sale.`, {
      param: "model",
    }),
  );
}
