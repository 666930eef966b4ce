/** How the read API asks, answers and refuses. @module */
export { csvHeader, csvLine } from "./csv.ts";
export { createReadApi, type ReadApiOptions } from "./app.ts";
export { cursorSchema, encodeCursor, limitSchema, listQuery, type Page, pageOf } from "./page.ts";
export { invalidParameter } from "./refusal.ts";
export {
  type ReadAnswer,
  type ReadCall,
  type ReadContext,
  type ReadRoute,
  readRoute,
} from "./route.ts";
export { refusal } from "./refusal.ts";
