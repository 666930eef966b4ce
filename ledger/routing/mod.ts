/** Providers, their keys, routers and aliases as facts; choosing among them is the proxy's. @module */
export { emptyRoutingBook, evolveRouting, type RoutingBook, type RoutingEvent } from "./book.ts";
export { decideRouting, MAXIMUM_NAMES, type RoutingCommand } from "./decide.ts";
export { MAXIMUM_PROVIDER_KEYS } from "./decide_key.ts";
