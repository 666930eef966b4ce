/** How the gateway is doing; see README.md beside this file. @module */
export { type HealthBoard, openHealthBoard } from "./health_board.ts";
export { statusRoutes } from "./routes.ts";
export { createStatusReader, type StatusReader } from "./status.ts";
