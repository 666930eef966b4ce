/** The plans that a new deployment starts with. @module */
import type { CommandBody, CommandOf } from "../../shared/commands/mod.ts";
import { type Limits, NO_LIMITS } from "../../shared/limits/mod.ts";

const NANO_USD = 1_000_000_000n;

/** Part of each operation id: a changed list needs a new one. */
const REVISION = "plans-1";

type Offer = Omit<CommandBody<"PublishPlan">, "limits"> & { readonly limits: Partial<Limits> };

const subscription = { family: "subscription", monthlyPriceNanoUsd: null } as const;
const api = { family: "api" } as const;

/** Two families: by calls a day, and by calls a minute with tokens a month. */
const OFFERS: readonly Offer[] = [
  { ...subscription, planId: "free", name: "Free", limits: { requestsPerDay: 10 } },
  { ...subscription, planId: "personal", name: "Personal", limits: { requestsPerDay: 100 } },
  {
    ...subscription,
    planId: "professional",
    name: "Professional",
    limits: { requestsPerDay: 1_000 },
  },
  { ...subscription, planId: "business", name: "Business", limits: {} },
  {
    ...api,
    planId: "explorer",
    name: "Explorer",
    monthlyPriceNanoUsd: 0n,
    limits: { requestsPerMinute: 20, tokensPerMonth: 100_000 },
  },
  {
    ...api,
    planId: "startup",
    name: "Startup",
    monthlyPriceNanoUsd: 29n * NANO_USD,
    limits: { requestsPerMinute: 60, tokensPerMonth: 1_000_000 },
  },
  {
    ...api,
    planId: "growth",
    name: "Growth",
    monthlyPriceNanoUsd: 99n * NANO_USD,
    limits: { requestsPerMinute: 200, tokensPerMonth: 10_000_000 },
  },
  {
    ...api,
    planId: "enterprise",
    name: "Enterprise",
    monthlyPriceNanoUsd: null,
    limits: { requestsPerMinute: 1_000 },
  },
];

/** A command with the id that makes sending it again harmless. */
export interface PlanSeed {
  readonly operationId: string;
  readonly command: CommandOf<"PublishPlan">;
}

/**
 * The commands that publish the first plans. Nobody has one until it is assigned, and the same list
 * gives the same operation ids, so that seeding twice does nothing.
 */
export function planSeeds(): PlanSeed[] {
  return OFFERS.map(({ limits, ...offer }) => ({
    operationId: `seed:${REVISION}:${offer.planId}`,
    command: { type: "PublishPlan", body: { ...offer, limits: { ...NO_LIMITS, ...limits } } },
  }));
}
