/** The decision as it is written on a call's record and said in a header. @module */
import type { RoutingFacts } from "../../shared/events/mod.ts";
import type { Resolution, RoutableModel, RoutableProvider } from "./parts.ts";

const MOST_REASONS = 32;
const LONGEST_REASON = 200;

/**
 * What a call's record keeps of a resolution: a line for each target in the order of trying, then one
 * for each that was left out, at most 32 of at most 200 characters.
 */
export function routingFactsOf<Provider extends RoutableProvider, Model extends RoutableModel>(
  asked: string,
  { targets, skipped, router, strategy }: Resolution<Provider, Model>,
): RoutingFacts {
  const tried = targets.map(({ provider, model, reasons }) =>
    `${provider.name} ${model.model}: ${reasons.join("; ")}`
  );
  const left = skipped.map(({ provider, model, reason }) => `not ${provider} ${model}: ${reason}`);
  return {
    asked: asked.slice(0, LONGEST_REASON),
    router: router?.routerId ?? null,
    routerVersion: router?.routerVersion ?? null,
    strategy,
    reasons: [...tried, ...left].slice(0, MOST_REASONS)
      .map((reason) => reason.slice(0, LONGEST_REASON)),
  };
}
