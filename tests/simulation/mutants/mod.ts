/** Deliberate mistakes, each of which a simulation must notice. @module */
import type { Mutant } from "../mutant.ts";
import { againMutants } from "./again.ts";
import { busMutants } from "./bus.ts";
import { recordsByTheClock } from "./clock.ts";
import { domainMutants } from "./domain.ts";
import { limitMutants } from "./limits.ts";
import { servedMutants } from "./served.ts";
import { storeMutants } from "./store.ts";

/** All of them. */
export const MUTANTS: readonly Mutant[] = [
  ...storeMutants,
  recordsByTheClock,
  ...domainMutants,
  ...busMutants,
  ...servedMutants,
  ...limitMutants,
  ...againMutants,
  { name: "checkpoints are committed apart from their rows", looseCheckpoints: true },
];
