/** `GET /v1/models`: what a key may call, from memory. @module */
import { createHash } from "node:crypto";
import type { EdgeKey, EdgeModel, EdgeTerms } from "../../shared/edge_config/mod.ts";
import type { Failure } from "../../shared/errors.ts";
import { isModelAllowed } from "../../shared/key_settings/mod.ts";
import { type ModelsForm, modelsOn, type Page } from "./models_form.ts";

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
  /** The list that a key may see, in the form of an API; a failure when the query is wrong. */
  answer(
    request: Request,
    key: Pick<EdgeKey, "allowedModels">,
    form: ModelsForm,
  ): Response | Failure;
}

interface Listed {
  readonly body: string;
  readonly etag: string;
  readonly untilMs: number;
}

// Which providers can be called may change without news about models.
const KEPT_MS = 10_000;
const KEPT_LISTS = 64;
const CLIENT_MAX_AGE_S = 300;

interface Asked {
  readonly allowedModels: readonly string[] | null;
  readonly page: Page;
  readonly form: ModelsForm;
}

/**
 * Builds the listing. A list is written once for all keys of the same rules and kept for 10 s at
 * most, 64 lists at most; it is written anew as soon as prices, names or terms change. Clients may
 * keep it for five minutes and ask again with its ETag.
 */
export function createModelListing(source: ListedModels): ModelListing {
  const kept = new Map<string, Listed>();
  let names: object | null = null;
  let terms: EdgeTerms | null = null;

  const write = ({ allowedModels, page, form }: Asked): Listed => {
    const all = source.models().filter((model) =>
      isModelAllowed(allowedModels, model) && source.isServed(model)
    );
    const view = { terms: source.terms(), nowMs: source.nowMs() };
    const body = JSON.stringify(form.list(modelsOn(page, all), view));
    const etag = `"${createHash("sha256").update(body).digest("hex").slice(0, 32)}"`;
    return { body, etag, untilMs: source.nowMs() + KEPT_MS };
  };
  const find = (asked: Asked): Listed => {
    if (names !== source.names() || terms !== source.terms()) {
      kept.clear();
      names = source.names();
      terms = source.terms();
    }
    const id = JSON.stringify([asked.allowedModels, asked.page, asked.form.name]);
    const known = kept.get(id);
    if (known !== undefined && known.untilMs > source.nowMs()) return known;
    const listed = write(asked);
    if (kept.size >= KEPT_LISTS) kept.clear();
    kept.set(id, listed);
    return listed;
  };
  return {
    answer(request, { allowedModels }, form) {
      const page = form.page(new URL(request.url).searchParams);
      if ("code" in page) return page;
      const { body, etag } = find({ allowedModels: allowedModels ?? null, page, form });
      const headers = {
        "cache-control": `private, max-age=${CLIENT_MAX_AGE_S}`,
        "etag": etag,
        "vary": "authorization, x-api-key, x-goog-api-key, anthropic-version",
      };
      if (isKnown(request.headers.get("if-none-match"), etag)) {
        return new Response(null, { status: 304, headers });
      }
      return new Response(body, { headers: { ...headers, "content-type": "application/json" } });
    },
  };
}

function isKnown(ifNoneMatch: string | null, etag: string): boolean {
  return ifNoneMatch?.split(",").some((one) => [etag, `W/${etag}`, "*"].includes(one.trim())) ??
    false;
}
