/** A request's receipt with its proofs, and the proof of any event for auditors. @module */
import { z } from "zod";
import { receiptViewSchema } from "../../../shared/commands/mod.ts";
import { requestIdSchema } from "../../../shared/ids/mod.ts";
import { type JsonObject, toJsonValue } from "../../../shared/json.ts";
import { problem, success } from "../answer.ts";
import type { ApiRoute } from "../route.ts";
import { accountOf } from "./account_routes.ts";

const anything = z.record(z.string(), z.unknown());
// A document can't describe JSON of any depth.
const describedReceipt = receiptViewSchema.extend({
  pricing: anything,
  proofs: z.array(anything).nullable(),
  ownKeyFee: anything.nullable(),
});

const readReceipt: ApiRoute = {
  method: "get",
  path: "/v1/accounts/{accountId}/receipts/{requestId}",
  permission: "request:read",
  summary: "Read a request's receipt",
  description: "Usage, pinned terms, charge, attempts, and proofs (`sargalay.receipt.v1`) of the " +
    "hold and its end against a signed checkpoint. `proofs` is null and `proofPending` true until " +
    "one covers them, which takes about a second.",
  body: null,
  query: null,
  result: describedReceipt,
  status: 200,
  async handle(call, { receipts }) {
    const requestId = requestIdSchema.safeParse(call.params.requestId);
    const receipt = requestId.success ? await receipts(accountOf(call), requestId.data) : null;
    if (receipt !== null) return success(200, toJsonValue(receipt) as JsonObject);
    const message = `${accountOf(call)} has no request ${call.params.requestId}`;
    return problem("not_found", message, { param: "requestId" });
  },
};

const proveEvent: ApiRoute = {
  method: "get",
  path: "/v1/shards/{shard}/events/{position}/proof",
  permission: "ledger:read",
  summary: "Prove an event",
  description: "A `sargalay.receipt.v1` of any event against the newest checkpoint.",
  body: null,
  query: null,
  result: anything,
  status: 200,
  async handle({ params }, { checkpoints }) {
    const place = `${params.shard}/${params.position}`;
    const nothing = problem("not_found", `there is no event ${place}`, { param: "position" });
    if (checkpoints === null || !/^\d{1,2}\/[1-9]\d{0,14}$/.test(place)) return nothing;
    const shard = parseInt(params.shard!, 10);
    if (shard >= checkpoints.shards) return nothing;
    const answer = await checkpoints.inclusion(shard, BigInt(params.position!));
    if (answer.status === "proven" && isSealed(answer.receipt)) {
      return problem(
        "permission_denied",
        "the event holds a provider's key, sealed: only an export of the log proves it",
        { param: "position" },
      );
    }
    switch (answer.status) {
      case "proven":
        return success(200, answer.receipt);
      case "pending":
        return problem("read_model_behind", `no checkpoint covers ${place} yet`, {
          param: "position",
          retryAfterMs: 1_000,
        });
      case "no_such_event":
        return nothing;
    }
  },
};

/** Every route about receipts. */
export const receiptRoutes: readonly ApiRoute[] = [readReceipt, proveEvent];

function isSealed({ event }: JsonObject): boolean {
  return typeof event === "object" && event !== null && "type" in event &&
    event.type === "ProviderKeyStored";
}
