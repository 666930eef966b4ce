/** The requests projection. @module */
export { requests } from "./requests.ts";
export { requestRoutes } from "./routes.ts";
