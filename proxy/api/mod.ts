/** The paths that take calls, and how a request arrives there. @module */
export { arrive } from "./arrive.ts";
export { type ApiFamily, errorFormOf, familyOf } from "./family.ts";
export { type ApiRoute, findApi } from "./table.ts";
