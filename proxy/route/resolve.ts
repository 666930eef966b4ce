/** From what a client asks for to an ordered list of targets, with the reason of each. @module */
import { AUTO_MODEL, ROUTER_PREFIX, type Strategy } from "../../shared/routing/mod.ts";
import { Candidates } from "./candidates.ts";
import { ruleFor } from "./conditions.ts";
import { type Candidate, inOrder } from "./order.ts";
import type {
  AttachedRouter,
  Resolution,
  RoutableModel,
  RoutableProvider,
  RoutedTarget,
  RouteRequest,
  RouteWorld,
} from "./parts.ts";

/** Most targets that one call tries; the settlement lists as many attempts. */
export const MAX_TARGETS = 16;

/**
 * Resolves a call. Pure but for `draw`: the same request in the same world with the same numbers
 * drawn leads to the same targets. A model that is named is served or refused; only `auto` and
 * routers choose others. Nothing that is open is among the targets.
 */
export function resolve<Provider extends RoutableProvider, Model extends RoutableModel>(
  request: RouteRequest,
  world: RouteWorld<Provider, Model>,
): Resolution<Provider, Model> {
  const plan = planOf(request, world);
  const candidates = new Candidates(world, request.needs, plan.router?.definition.quality);
  if (plan.router !== null) return throughRouter(plan.router, plan.asked, request, candidates);
  const strategy = request.strategy ?? (plan.asked === null ? "auto" : "manual");
  if (plan.asked !== null && plan.asked.length === 0) {
    return { ...nothing(strategy), refusal: "model_not_found" };
  }
  const found = plan.asked === null
    ? candidates.best(strategy, world.draw)
    : candidates.ofModels(plan.asked, "asked for");
  const ordered = plan.asked === null ? found : inOrder(found, strategy, {
    needs: request.needs,
    draw: world.draw,
  });
  const all = plan.asked === null ? [...ordered, ...candidates.lastResorts()] : ordered;
  return ended({ ...nothing(strategy), skipped: candidates.skipped }, all);
}

interface Plan<Model> {
  /** What the client named, best first; null where it named none. */
  readonly asked: readonly Model[] | null;
  readonly router: AttachedRouter | null;
}

/** What a name means: a router, the free choice, or models. */
function planOf<Provider extends RoutableProvider, Model extends RoutableModel>(
  { name, keyRouter }: RouteRequest,
  world: RouteWorld<Provider, Model>,
): Plan<Model> {
  if (name === AUTO_MODEL) return { asked: null, router: keyRouter };
  if (name.startsWith(ROUTER_PREFIX)) {
    const router = world.router(name.slice(ROUTER_PREFIX.length)) ?? null;
    return { asked: router === null ? [] : null, router };
  }
  const asked = world.names.resolve(name).filter((model) => world.isAllowed(model));
  if (asked.length > 0) return { asked, router: keyRouter };
  // A router may be called by its bare name where no model has that name.
  const router = world.names.resolve(name).length === 0 ? world.router(name) ?? null : null;
  return router === null ? { asked, router: null } : { asked: null, router };
}

function throughRouter<Provider extends RoutableProvider, Model extends RoutableModel>(
  router: AttachedRouter,
  asked: readonly Model[] | null,
  { name, needs }: RouteRequest,
  candidates: Candidates<Provider, Model>,
): Resolution<Provider, Model> {
  const { definition } = router;
  const { world } = candidates;
  const rule = ruleFor(definition.rules, { name, needs, nowMs: world.nowMs });
  const strategy: Strategy = rule?.strategy ?? "manual";
  const chosen = rule === null
    ? []
    : rule.targets.flatMap((target) => candidates.ofTarget(target, asked, `rule “${rule.name}”`));
  const fallback = definition.fallback.flatMap((target, index) =>
    candidates.ofTarget(target, asked, `fallback ${index + 1}`)
  );
  const ordered = [
    ...inOrder(chosen, strategy, { needs, draw: world.draw }),
    ...fallback,
    ...candidates.lastResorts(),
  ];
  const found = { ...nothing(strategy), router, rule: rule?.name ?? null };
  return ended({ ...found, skipped: candidates.skipped }, ordered);
}

function nothing(strategy: Strategy) {
  return { targets: [], skipped: [], refusal: null, router: null, rule: null, strategy } as const;
}

/** Each target once, at its first place. */
function ended<Provider extends RoutableProvider, Model extends RoutableModel>(
  resolution: Omit<Resolution<Provider, Model>, "targets" | "refusal">,
  ordered: readonly Candidate<Provider, Model>[],
): Resolution<Provider, Model> {
  const once = new Map<string, RoutedTarget<Provider, Model>>();
  for (const { provider, model, upstreamModel, figures, reasons } of ordered) {
    const place = `${provider.name} ${upstreamModel}`;
    if (once.has(place)) continue;
    const { costPicoUsd } = figures;
    once.set(place, { provider, model, upstreamModel, costPicoUsd, reasons });
    if (once.size === MAX_TARGETS) break;
  }
  const targets = [...once.values()];
  return { ...resolution, targets, refusal: targets.length === 0 ? "no_target_left" : null };
}
