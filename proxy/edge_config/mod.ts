/** What this edge knows of keys, models and routing, followed from the ledger. @module */
export type { EdgeRouting, KnownRouter } from "./edge_routing.ts";
export { type EdgeConfig, followEdgeConfig, type FollowOptions } from "./follower.ts";
