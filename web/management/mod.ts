/** The management API under `/api`; see README.md beside this file. @module */
export {
  createManagementApi,
  isManagementPath,
  type ManagementOptions,
  managementRoutes,
} from "./app.ts";
