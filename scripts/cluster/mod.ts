/**
 * The production shape on one machine, without docker: for `deno task cluster` and for tests.
 *
 * @module
 */

export { type ClusterOptions, type RunningCluster, startCluster } from "./cluster.ts";
export type { ClusterDemo } from "./demo.ts";
export { type ClusterPorts, type EdgeName, PROCESS_NAMES, type ProcessName } from "./plan.ts";
export type { RoomProcess, UnexpectedEnd } from "./room_process.ts";
export type { ClusterServers } from "./servers.ts";
export { readClusterSettings } from "./settings.ts";
