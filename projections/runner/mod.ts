/** Keeps the projections up with the log. @module */
export { createRunner, type LiveEvents, type Runner } from "./runner.ts";
export { type Checkpoint, checkpointOf, listCheckpoints, SCHEMA } from "./checkpoint.ts";
export { createTables, prepareSchema } from "./schema.ts";
export { applyBatch } from "./step.ts";
export { statusOf } from "./status.ts";
export {
  buildSchemaOf,
  closeJob,
  type JobProgress,
  listJobs,
  type NewJob,
  noteComparison,
  noteProgress,
  openJob,
  requestCancel,
} from "./jobs.ts";
export { projectionRoutes } from "./routes.ts";
