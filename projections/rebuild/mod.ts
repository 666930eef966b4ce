/** Computes a projection again from the first event on, and goes back to earlier rows. @module */
export { rebuild, startRebuild } from "./rebuild.ts";
export { previousOf, rollback, startRollback } from "./rollback.ts";
export { type RebuildOptions, type StartedJob } from "./job.ts";
export { RebuildCancelled, RebuildRefused } from "./refused.ts";
export { comparisonText, progressLine, progressOf, type RebuildProgress } from "./progress.ts";
export { loadRanges } from "./load.ts";
export { createRebuilds, type Rebuilds } from "./service.ts";
export { rebuildRoutes } from "./routes.ts";
