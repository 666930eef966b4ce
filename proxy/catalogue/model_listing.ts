/** `GET /v1/models`: what a key may call, from memory. @module */
import { createHash } from "node:crypto";
import type { EdgeKey, EdgeModel, EdgeTerms } from "../../shared/edge_config/mod.ts";
import { type Failure, failure } from "../../shared/errors.ts";
import type { JsonObject } from "../../shared/json.ts";
import { isModelAllowed } from "../../shared/key_settings/mod.ts";
import { modelView } from "./model_view.ts";

/** What a listing reads; all of it is in memory. */
export interface ListedModels {
  /** All models for sale, by name. */
  models(): readonly EdgeModel[];
  /** Another object whenever models or their names changed. */
  names(): object;
  terms(): EdgeTerms | null;
  /** Whether some provider can be called for the model. */
  isServed(model: EdgeModel): boolean;
  nowMs(): number;
}

/** Answers with lists of models. */
export interface ModelListing {
  /** The list that a key may see; a failure when the query is wrong. */
  answer(request: Request, key: Pick<EdgeKey, "allowedModels">): Response | Failure;
}

interface Listed {
  readonly body: string;
  readonly etag: string;
  readonly untilMs: number;
}

const MAXIMUM_MODELS = 10_000;
// Which providers can be called may change without news about models.
const KEPT_MS = 10_000;
const KEPT_LISTS = 64;
const CLIENT_MAX_AGE_S = 300;

/**
 * Builds the listing. A list is written once for all keys of the same rules and kept for 10 s at
 * most, 64 lists at most; it is written anew as soon as prices, names or terms change. Clients may
 * keep it for five minutes and ask again with its ETag.
 */
export function createModelListing(source: ListedModels): ModelListing {
  const kept = new Map<string, Listed>();
  let names: object | null = null;
  let terms: EdgeTerms | null = null;

  const write = (allowedModels: readonly string[] | null, page: Page): Listed => {
    const all = source.models().filter((model) =>
      isModelAllowed(allowedModels, model) && source.isServed(model)
    );
    const body = JSON.stringify(listOf(all, page, source.terms()));
    const etag = `"${createHash("sha256").update(body).digest("hex").slice(0, 32)}"`;
    return { body, etag, untilMs: source.nowMs() + KEPT_MS };
  };
  const find = (allowedModels: readonly string[] | null, page: Page): Listed => {
    if (names !== source.names() || terms !== source.terms()) {
      kept.clear();
      names = source.names();
      terms = source.terms();
    }
    const id = JSON.stringify([allowedModels, page]);
    const known = kept.get(id);
    if (known !== undefined && known.untilMs > source.nowMs()) return known;
    const listed = write(allowedModels, page);
    if (kept.size >= KEPT_LISTS) kept.clear();
    kept.set(id, listed);
    return listed;
  };
  return {
    answer(request, { allowedModels }) {
      const page = pageOf(new URL(request.url).searchParams);
      if ("code" in page) return page;
      const { body, etag } = find(allowedModels ?? null, page);
      const headers = {
        "cache-control": `private, max-age=${CLIENT_MAX_AGE_S}`,
        "etag": etag,
        "vary": "authorization, x-api-key, x-goog-api-key",
      };
      if (isKnown(request.headers.get("if-none-match"), etag)) {
        return new Response(null, { status: 304, headers });
      }
      return new Response(body, { headers: { ...headers, "content-type": "application/json" } });
    },
  };
}

interface Page {
  readonly limit: number;
  /** The model before the first one; null: from the beginning. */
  readonly after: string | null;
}

function pageOf(query: URLSearchParams): Page | Failure {
  const limit = query.get("limit");
  if (limit !== null && !/^[1-9]\d{0,3}$|^10000$/.test(limit)) {
    const message = `limit must be 1 to ${MAXIMUM_MODELS}, not ${JSON.stringify(limit)}.`;
    return failure("invalid_request", message, { param: "limit" });
  }
  return {
    limit: limit === null ? MAXIMUM_MODELS : parseInt(limit, 10),
    after: query.get("after"),
  };
}

function listOf(all: readonly EdgeModel[], { limit, after }: Page, terms: EdgeTerms | null) {
  const left = after === null ? all : all.filter(({ model }) => model > after);
  const data: JsonObject[] = left.slice(0, limit).map((model) => modelView(model, terms));
  const last = left[data.length - 1]?.model ?? null;
  return {
    object: "list",
    data,
    first_id: left[0]?.model ?? null,
    last_id: last,
    has_more: left.length > data.length,
  };
}

function isKnown(ifNoneMatch: string | null, etag: string): boolean {
  return ifNoneMatch?.split(",").some((one) => [etag, `W/${etag}`, "*"].includes(one.trim())) ??
    false;
}
