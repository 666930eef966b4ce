/**
 * What the tests and benchmarks of the writer share.
 *
 * @module
 */
export { grant, hold, release, requestIdOf } from "./commands.ts";
export { toyDomain, type ToyState } from "./toy_domain.ts";
