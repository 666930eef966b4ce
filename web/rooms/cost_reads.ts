/** Cost, usage, speed and errors. @module */
import {
  type CostRow,
  costRowSchema,
  type ErrorPatternRow,
  errorPatternRowSchema,
  type ModelUsageRow,
  modelUsageRowSchema,
  type ReRateRow,
  reRateRowSchema,
} from "../../shared/read_api/mod.ts";
import type { Page, Query, Reader } from "./reader.ts";

/** The views of cost that sum amounts. */
export const COST_VIEWS = ["by-day", "by-model", "by-provider", "by-key", "by-modality"] as const;

/** One of {@link COST_VIEWS}. */
export type CostView = (typeof COST_VIEWS)[number];

/** Reads of cost; filters: account, key, model, provider, from and to as YYYY-MM-DD. */
export interface CostReads {
  costs(view: CostView, query: Query): Promise<Page<CostRow>>;
  modelUsage(query: Query): Promise<Page<ModelUsageRow>>;
  errorPatterns(query: Query): Promise<Page<ErrorPatternRow>>;
  /** What a period would have cost under other terms; see `reRateRowSchema` for the query. */
  reRate(query: Query): Promise<Page<ReRateRow>>;
}

/** What one page shows; a year of days fits. */
const LIMIT = "200";

/** Builds the reads. Each throws RoomError when the projections can't answer. */
export function createCostReads({ list }: Reader): CostReads {
  return {
    costs: (view, query) => list(costRowSchema, `/v1/costs/${view}`, { limit: LIMIT, ...query }),
    modelUsage: (query) =>
      list(modelUsageRowSchema, "/v1/costs/usage-by-model", { limit: LIMIT, ...query }),
    errorPatterns: (query) =>
      list(errorPatternRowSchema, "/v1/costs/errors", { limit: LIMIT, ...query }),
    reRate: (query) => list(reRateRowSchema, "/v1/re-rate", query),
  };
}
