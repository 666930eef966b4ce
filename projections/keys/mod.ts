/** The keys projection. @module */
export { keys } from "./keys.ts";
export { keyRoutes } from "./routes.ts";
