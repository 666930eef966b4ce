/** The other rooms, as this one calls them: bounded, signed, and with failures in plain words. @module */
export { createRooms, type Rooms, type RoomsOfPerson } from "./rooms.ts";
export { type IssuedKey } from "./commands.ts";
export { type CommandOutcome } from "./sender.ts";
export { REBUILD_ACTIONS, type RebuildAction } from "./operations.ts";
export { type CallContext, callRoom, errorBodySchema, type RoomCall, RoomError } from "./call.ts";
export { type Page, type TurnablePage } from "./reader.ts";
export { type PriceFilter, type RequestFilter } from "./reads.ts";
export { type Moment } from "./audit_reads.ts";
export { COST_VIEWS, type CostView } from "./cost_reads.ts";
export { type ProviderKey, type Router } from "./routing.ts";
