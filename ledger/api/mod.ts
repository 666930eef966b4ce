/** The ledger's HTTP command API. @module */
export { apiRoutes, createLedgerApi, type LedgerApiOptions, publicRoutes } from "./app.ts";
export { type CommandSender, createCommandSender } from "./command_sender.ts";
export type { Caller } from "./public_route.ts";
export { createRoutingReader, type RoutingReader } from "./routing_reader.ts";
export { createOutcomeReader, type OutcomeReader } from "./outcomes.ts";
