/** The requests projection. @module */
export { requests } from "./requests.ts";
export { requestRoutes } from "./routes.ts";
export { ENDED, FAILED, FELL_BACK, spreadOf, TOTAL_MS } from "./measures.ts";
