/** Lists of models as the clients of one API read them, page by page. @module */
import type { EdgeModel, EdgeTerms } from "../../shared/edge_config/mod.ts";
import { type Failure, failure } from "../../shared/errors.ts";
import type { JsonObject } from "../../shared/json.ts";

/** The part of a list that is asked for; `after` and `before` are names of models, or null. */
export interface Page {
  /** Models at most, at least 1. */
  readonly limit: number;
  /** The page begins behind it. */
  readonly after: string | null;
  /** The page ends in front of it; `after` is null then. */
  readonly before: string | null;
}

/** A page of models, and whether there are more beyond its end. */
export interface PageOfModels {
  readonly models: readonly EdgeModel[];
  readonly hasMore: boolean;
}

/** What else a view of a model says. */
export interface ViewTerms {
  readonly terms: EdgeTerms | null;
  readonly nowMs: number;
}

/** How the models of an API look. */
export interface ModelsForm {
  /** One of each name. */
  readonly name: "openai" | "anthropic" | "google";
  /** Which page a query asks for; a failure when the query is wrong. */
  page(query: URLSearchParams): Page | Failure;
  list(page: PageOfModels, view: ViewTerms): JsonObject;
  one(model: EdgeModel, view: ViewTerms): JsonObject;
}

/** The models of a page; `all` is sorted by name. */
export function modelsOn(
  { limit, after, before }: Page,
  all: readonly EdgeModel[],
): PageOfModels {
  if (before !== null) {
    const left = all.filter(({ model }) => model < before);
    return { models: left.slice(-limit), hasMore: left.length > limit };
  }
  const left = after === null ? all : all.filter(({ model }) => model > after);
  return { models: left.slice(0, limit), hasMore: left.length > limit };
}

/** A whole number of a query from 1 to `maximum`; null where there is none. */
export function countIn(
  query: URLSearchParams,
  name: string,
  maximum: number,
): number | null | Failure {
  const text = query.get(name);
  if (text === null) return null;
  const count = /^[1-9]\d{0,8}$/.test(text) ? parseInt(text, 10) : 0;
  if (count >= 1 && count <= maximum) return count;
  const message = `${name} must be 1 to ${maximum}, not ${JSON.stringify(text)}.`;
  return failure("invalid_request", message, { param: name });
}
