/** What a key may look at: health, the models for sale, its account's balance and receipts. @module */
import type { Hono } from "hono";
import { failure, FailureError } from "../shared/errors.ts";
import { requestIdSchema, shardOf } from "../shared/ids/mod.ts";
import { isModelAllowed } from "../shared/key_settings/mod.ts";
import { balanceBody, readBalance, readReceipt, receiptBody } from "./account/mod.ts";
import type { ProxyDeps, ProxyEnvironment } from "./app.ts";
import { createModelListing, modelView } from "./catalogue/mod.ts";
import { errorResponse } from "./errors.ts";
import { admit } from "./gate.ts";
import { healthOf } from "./health/mod.ts";
import { isServed, modelOf } from "./plan.ts";

/** Adds the paths that only read. */
export function addReads(app: Hono<ProxyEnvironment>, deps: ProxyDeps): void {
  const { config, effects } = deps;
  const listing = createModelListing({
    models: () => config.models(),
    names: () => config.names(),
    terms: () => config.terms(),
    isServed: (model) => isServed(deps, model),
    nowMs: () => effects.clock.nowMs(),
  });
  app.get("/health", (context) => {
    const health = healthOf({ ...deps, targets: deps.providers.all() });
    return context.json(health.body, health.ready ? 200 : 503);
  });
  app.get("/v1/models", (context) => {
    const { key } = admit(deps, context.req.raw, context.get("peer"));
    const answer = listing.answer(context.req.raw, key);
    if (answer instanceof Response) return answer;
    throw new FailureError(answer);
  });
  app.get("/v1/models/:id{.+}", (context) => {
    const { key } = admit(deps, context.req.raw, context.get("peer"));
    const model = modelOf(deps, context.req.param("id"));
    if (!isModelAllowed(key.allowedModels ?? null, model)) {
      const message = `The API key ${key.keyId} may not call ${model.model}.`;
      throw new FailureError(failure("model_not_allowed", message, { param: "model" }));
    }
    return context.json(modelView(model, deps.config.terms()));
  });
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
  const paths = ["/health", "/v1/models", "/v1/models/:id{.+}", "/v1/credits"];
  for (const path of [...paths, "/v1/receipts/:requestId"]) {
    app.all(path, ({ req }) => notAllowed(req.method, req.path));
  }
}

/** The answer to a method that a path does not have. */
export function notAllowed(method: string, path: string): Response {
  return errorResponse(failure("method_not_allowed", `${method} is not possible on ${path}.`));
}
