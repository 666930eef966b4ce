/**
 * The health of providers, models and keys, and of the proxy itself; see README.md beside this file.
 *
 * @module
 */
export { overAllowance, reserveAllowance } from "./allowance.ts";
export { healthOf, type HealthSources } from "./answer.ts";
export type { Phase, ReportedBreaker } from "./breaker.ts";
export { createEdgeHealth, type EdgeHealth, type EdgeHealthOptions } from "./edge_health.ts";
export {
  createNeuronBudget,
  DAILY_NEURONS,
  type NeuronBudget,
  type NeuronReservation,
  neuronsOf,
} from "./neurons.ts";
export {
  type AttemptSubjects,
  createHealthStore,
  type HealthAttempt,
  type HealthStore,
  type SubjectHealth,
} from "./store.ts";
export type { Mark } from "./strikes.ts";
