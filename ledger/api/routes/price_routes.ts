/** Prices, markup and exchange rate: the same in every shard. @module */
import { z } from "zod";
import { type Command, commandSchemas } from "../../../shared/commands/mod.ts";
import { edgeModelSchema } from "../../../shared/edge_config/mod.ts";
import { type JsonObject, toJsonValue } from "../../../shared/json.ts";
import { type Answer, success } from "../answer.ts";
import {
  acceptedSchema,
  answerOf,
  type ApiCall,
  type ApiContext,
  type ApiRoute,
  commandRoute,
  isUnreachable,
  unavailable,
} from "../route.ts";

/** The answer to a command that every shard has accepted. */
export const everywhereSchema = acceptedSchema.extend({
  /** Where the change stands in each shard. `position` is that of shard 0. */
  positions: z.array(z.object({ shard: z.number().int(), position: z.string() })),
});

/**
 * Sends a command to every shard under one operation id. When one of them can't be reached, the
 * others may have the change already; the same call repeated completes it.
 */
export async function sendToAll(
  command: Command,
  call: ApiCall,
  context: ApiContext,
): Promise<Answer> {
  const { operationId, principal: { actor } } = call;
  const { commands } = context;
  const sending = { operationId, actor, command };
  const replies = await Promise.all(
    Array.from({ length: commands.shards }, (_, shard) => commands.toShard(shard, sending)),
  );
  const positions = [];
  for (const [shard, reply] of replies.entries()) {
    if (reply.status !== "accepted") return answerOf(reply);
    positions.push({ shard, position: reply.position });
  }
  const first = answerOf(replies[0]!);
  return success(200, { ...first.body, positions });
}

const readPrices: ApiRoute = {
  method: "get",
  path: "/v1/prices",
  permission: "catalog:read",
  summary: "Read every model's price",
  description: "The newest price of each model that was ever for sale, by name, with its version " +
    "and `withdrawn` where it is for sale no longer; `position` is that of shard 0.",
  body: null,
  query: null,
  result: z.object({ position: z.string(), models: z.array(edgeModelSchema) }),
  status: 200,
  async handle(_call, { commands }) {
    const known = await commands.prices();
    if (isUnreachable(known)) return unavailable(known);
    return success(200, toJsonValue(known) as JsonObject);
  },
};

const publishPrice = commandRoute({
  method: "post",
  path: "/v1/prices",
  permission: "price:publish",
  summary: "Publish a model's price",
  description:
    "Provider rates in picodollars per unit, by usage class. Holds placed from now on are priced " +
    "by it; holds that are open keep the price that they were placed at.",
  body: commandSchemas.PublishPrice,
  result: everywhereSchema,
  send: (body, call, context) => sendToAll({ type: "PublishPrice", body }, call, context),
});

const withdrawPrice = commandRoute({
  method: "post",
  path: "/v1/prices/withdraw",
  permission: "price:publish",
  summary: "Take a model out of sale",
  description:
    "No more holds are placed for the model until a price is published for it again; calls that " +
    "hold already are settled at the price that they were placed at.",
  body: commandSchemas.WithdrawPrice,
  result: everywhereSchema,
  send: (body, call, context) => sendToAll({ type: "WithdrawPrice", body }, call, context),
});

const setOwnKeyFee = commandRoute({
  method: "put",
  path: "/v1/own-key-fee",
  permission: "price:publish",
  summary: "Set the fee for calls with the customer's own provider key",
  description: "In picodollars for one call, from now on; no markup comes on top.",
  body: commandSchemas.SetOwnKeyFee,
  result: everywhereSchema,
  send: (body, call, context) => sendToAll({ type: "SetOwnKeyFee", body }, call, context),
});

const setMarkup = commandRoute({
  method: "put",
  path: "/v1/markup",
  permission: "markup:set",
  summary: "Set the markup",
  description: "The markup on every provider price from now on, in parts per million.",
  body: commandSchemas.SetMarkup,
  result: everywhereSchema,
  send: (body, call, context) => sendToAll({ type: "SetMarkup", body }, call, context),
});

const setFxRate = commandRoute({
  method: "put",
  path: "/v1/fx",
  permission: "fx:set",
  summary: "Set the exchange rate",
  description: "Kyat for one US dollar from now on, with up to six decimals, and its source.",
  body: commandSchemas.SetFxRate,
  result: everywhereSchema,
  send: (body, call, context) => sendToAll({ type: "SetFxRate", body }, call, context),
});

/** Every route about what calls cost. */
export const priceRoutes: readonly ApiRoute[] = [
  readPrices,
  publishPrice,
  withdrawPrice,
  setOwnKeyFee,
  setMarkup,
  setFxRate,
];
