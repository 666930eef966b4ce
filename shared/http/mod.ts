/** What the HTTP rims of all rooms share. @module */
export { statusOf } from "./status.ts";
