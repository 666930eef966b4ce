/** Limits of plans: what counts, and whether a call may begin; see README.md. @module */
export {
  admitByLimits,
  type CallBounds,
  type LimitAdmission,
  type LimitRefusal,
  limitsInUse,
  type LimitUse,
} from "./admit.ts";
export { correctTokens, countCall, type CountedCall, giveBack } from "./counters.ts";
export { type AssignedPlan, assignPlan, type LimitedOwner, type Limiter } from "./limiter.ts";
export { tokensOf } from "./tokens.ts";
