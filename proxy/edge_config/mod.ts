/** What this edge knows of keys and models, followed from the ledger. @module */
export { type EdgeConfig, followEdgeConfig, type FollowOptions } from "./follower.ts";
