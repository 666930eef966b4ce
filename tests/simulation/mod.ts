/**
 * Deterministic simulation: edges, bus, ledger, standby and database in one process, in virtual time,
 * under a seeded order of everything that happens. See README.md beside this file.
 *
 * @module
 */
export { LAWS, type Violation } from "./laws.ts";
export type { Mutant } from "./mutant.ts";
export { MUTANTS } from "./mutants/mod.ts";
export { fateOf, type MutantFate } from "./mutation.ts";
export { planOf } from "./draw.ts";
export { describePart, partsOf, type Plan } from "./plan.ts";
export { shrink, type Shrunk } from "./shrink.ts";
export { runWorld, type WorldResult } from "./world.ts";
