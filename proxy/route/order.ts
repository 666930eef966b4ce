/** Putting candidates in the order of a strategy, each with its reasons. @module */
import type { Strategy } from "../../shared/routing/mod.ts";
import type { CallNeeds, RoutableModel, RoutableProvider } from "./parts.ts";
import { autoWeights, BALANCED, type Figures, scoreOf, type Weights } from "./scores.ts";

/** A target that may be tried. */
export interface Candidate<Provider extends RoutableProvider, Model extends RoutableModel> {
  readonly provider: Provider;
  readonly model: Model;
  readonly upstreamModel: string;
  readonly figures: Figures;
  /** Whether somebody set its quality. */
  readonly qualityIsSet: boolean;
  /** Share of the traffic where the strategy is `weighted`. */
  readonly weight: number;
  readonly reasons: readonly string[];
}

/** Enough, whichever of them are left out later. */
const MOST = 64;

/** The best 64 candidates at most, best first; those that are equal keep the order in which they are listed. */
export function inOrder<Provider extends RoutableProvider, Model extends RoutableModel>(
  candidates: readonly Candidate<Provider, Model>[],
  strategy: Strategy,
  { needs, draw }: { readonly needs: CallNeeds; readonly draw: () => number },
): readonly Candidate<Provider, Model>[] {
  switch (strategy) {
    case "manual":
      return candidates;
    case "weighted":
      return drawn(candidates, draw);
    case "cheapest":
      return ranked(candidates, byCost, ({ figures }) => `costs ${usd(figures.costPicoUsd)}`);
    case "fastest":
      return ranked(
        candidates,
        byLatency,
        ({ figures: { latencyMs } }) =>
          latencyMs === null ? "latency not known" : `first byte in ${Math.round(latencyMs)} ms`,
      );
    case "quality":
      return ranked(
        candidates,
        (one, other) => other.figures.quality - one.figures.quality,
        ({ figures: { quality }, qualityIsSet }) =>
          `quality ${quality.toFixed(1)}${qualityIsSet ? "" : " (estimated)"}`,
      );
    case "balanced":
      return byScore(candidates, BALANCED, "balanced");
    case "auto": {
      const { weights, because } = autoWeights(needs);
      return byScore(candidates, weights, `auto, ${because}`);
    }
    default:
      return strategy satisfies never;
  }
}

type Compare<C> = (one: C, other: C) => number;
type Any = Candidate<RoutableProvider, RoutableModel>;

const byCost: Compare<Any> = ({ figures: one }, { figures: other }) => {
  const [cost, otherCost] = [one.costPicoUsd, other.costPicoUsd];
  if (cost === null || otherCost === null) {
    return Number(cost === null) - Number(otherCost === null);
  }
  return cost < otherCost ? -1 : cost > otherCost ? 1 : 0;
};

const byLatency: Compare<Any> = ({ figures: one }, { figures: other }) =>
  (one.latencyMs ?? Infinity) === (other.latencyMs ?? Infinity)
    ? 0
    : (one.latencyMs ?? Infinity) - (other.latencyMs ?? Infinity);

function ranked<C extends Any>(
  candidates: readonly C[],
  compare: Compare<Any>,
  reason: (candidate: C) => string,
): readonly C[] {
  return candidates.toSorted(compare).slice(0, MOST)
    .map((one) => ({ ...one, reasons: [reason(one), ...one.reasons] }));
}

function byScore<C extends Any>(
  candidates: readonly C[],
  weights: Weights,
  how: string,
): readonly C[] {
  const scored = candidates.map((one) => ({ one, score: scoreOf(one.figures, weights) }));
  return scored.sort((a, b) => b.score - a.score).slice(0, MOST).map(({ one, score }) => ({
    ...one,
    reasons: [`${how}: score ${score.toFixed(2)}`, ...one.reasons],
  }));
}

/** Each place is drawn from those that are left, in proportion to their weights. */
function drawn<C extends Any>(candidates: readonly C[], draw: () => number): readonly C[] {
  const left = [...candidates];
  const order: C[] = [];
  while (left.length > 0) {
    const total = left.reduce((sum, { weight }) => sum + weight, 0);
    let point = draw() * total;
    const at = left.findIndex(({ weight }) => (point -= weight) < 0);
    const [one] = left.splice(at < 0 ? left.length - 1 : at, 1);
    order.push({
      ...one!,
      reasons: [`drawn with weight ${one!.weight} of ${total}`, ...one!.reasons],
    });
  }
  return order;
}

function usd(picoUsd: bigint | null): string {
  return picoUsd === null
    ? "an unknown amount"
    : `about ${(Number(picoUsd) / 1e12).toPrecision(3)} USD`;
}
