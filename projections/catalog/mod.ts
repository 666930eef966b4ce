/** The catalog projection. @module */
export { catalog } from "./catalog.ts";
export { catalogRoutes } from "./routes.ts";
