/** What a projection is: tables, and a pure fold of events into their rows. @module */
export { ApplyError, foldOne, type Part, type Projection, tablePart } from "./projection.ts";
