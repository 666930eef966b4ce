/** Limits of plans, shared by the ledger that keeps them and the edges that tell of them. @module */
export { rateLimitHeaders } from "./headers.ts";
export {
  LIMIT_NAMES,
  type LimitName,
  type Limits,
  limitsSchema,
  NO_LIMITS,
  type RateLimit,
  rateLimitSchema,
} from "./limits.ts";
