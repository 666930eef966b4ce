/** What a key may look at: health, the models for sale, its account's balance and receipts. @module */
import type { Context, Hono } from "hono";
import { failure, FailureError } from "../shared/errors.ts";
import { requestIdSchema, shardOf } from "../shared/ids/mod.ts";
import { isModelAllowed } from "../shared/key_settings/mod.ts";
import { balanceBody, readBalance, readReceipt, receiptBody } from "./account/mod.ts";
import type { ProxyDeps, ProxyEnvironment } from "./app.ts";
import { type ApiFamily, errorFormOf, familyOf } from "./api/mod.ts";
import {
  anthropicModels,
  createModelListing,
  googleModels,
  type ModelsForm,
  openaiModels,
} from "./catalogue/mod.ts";
import { errorResponse } from "./errors.ts";
import { admit } from "./gate.ts";
import { healthOf } from "./health/mod.ts";
import { isServed, modelOf } from "./plan.ts";

/** Every path at which models are listed; one of them is at a path below. */
const MODEL_PATHS = [
  "/v1/models",
  "/v1/openai/models",
  "/v1/openai/v1/models",
  "/v1/anthropic/models",
  "/v1/anthropic/v1/models",
  "/v1beta/models",
  "/v1/gemini/models",
  "/v1/gemini/v1/models",
  "/v1/gemini/v1beta/models",
] as const;

const MODELS_FORMS: Readonly<Record<ApiFamily, ModelsForm>> = {
  openai: openaiModels,
  anthropic: anthropicModels,
  google: googleModels,
};

/** Adds the paths that only read. */
export function addReads(app: Hono<ProxyEnvironment>, deps: ProxyDeps): void {
  addModels(app, deps);
  addAccount(app, deps);
  app.get("/health", (context) => {
    const health = healthOf({ ...deps, targets: deps.providers.all() });
    return context.json(health.body, health.ready ? 200 : 503);
  });
  const models = MODEL_PATHS.flatMap((path) => [path, `${path}/:id{.+}`]);
  for (const path of ["/health", ...models, "/v1/credits", "/v1/receipts/:requestId"]) {
    app.all(path, ({ req }) => notAllowed(req.raw));
  }
}

function addModels(app: Hono<ProxyEnvironment>, deps: ProxyDeps): void {
  const { config, effects } = deps;
  const listing = createModelListing({
    models: () => config.models(),
    names: () => config.names(),
    terms: () => config.terms(),
    isServed: (model) => isServed(deps, model),
    nowMs: () => effects.clock.nowMs(),
  });
  const formOf = ({ req }: Context) => MODELS_FORMS[familyOf(req.path, req.raw.headers)];
  for (const path of MODEL_PATHS) {
    app.get(path, (context) => {
      const { key } = admit(deps, context.req.raw, context.get("peer"));
      const answer = listing.answer(context.req.raw, key, formOf(context));
      if (answer instanceof Response) return answer;
      throw new FailureError(answer);
    });
    app.get(`${path}/:id{.+}`, (context) => {
      const { key } = admit(deps, context.req.raw, context.get("peer"));
      const model = modelOf(deps, context.req.param("id"));
      if (!isModelAllowed(key.allowedModels ?? null, model)) {
        const message = `The API key ${key.keyId} may not call ${model.model}.`;
        throw new FailureError(failure("model_not_allowed", message, { param: "model" }));
      }
      const view = { terms: config.terms(), nowMs: effects.clock.nowMs() };
      return context.json(formOf(context).one(model, view));
    });
  }
}

function addAccount(app: Hono<ProxyEnvironment>, deps: ProxyDeps): void {
  app.get("/v1/credits", async (context) => {
    const { accountId } = admit(deps, context.req.raw, context.get("peer"));
    const balance = await readBalance(deps.bus, shardOf(accountId, deps.shards), accountId);
    if (balance === null) throw new FailureError(failure("not_found", "There is no such account."));
    return context.json(balanceBody(balance));
  });
  app.get("/v1/receipts/:requestId", async (context) => {
    const { accountId } = admit(deps, context.req.raw, context.get("peer"));
    const requestId = context.req.param("requestId");
    const receipt = requestIdSchema.safeParse(requestId).success
      ? await readReceipt(deps.bus, shardOf(accountId, deps.shards), accountId, requestId)
      : null;
    if (receipt === null) {
      throw new FailureError(
        failure("not_found", `There is no request ${JSON.stringify(requestId)} of this account.`),
      );
    }
    return context.json(receiptBody(receipt));
  });
}

/** The answer to a method that a path does not have, in the form of the API that the path is of. */
export function notAllowed({ method, url, headers }: Request): Response {
  const path = new URL(url).pathname;
  const refused = failure("method_not_allowed", `${method} is not possible on ${path}.`);
  return errorResponse(refused, {}, errorFormOf(path, headers));
}
