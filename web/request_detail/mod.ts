/** Where a call went and why, each attempt, and what the provider said itself. @module */
export { AttemptTable } from "./attempt_table.tsx";
export { RoutingPanel } from "./routing_panel.tsx";
export { UpstreamEvidence } from "./upstream_evidence.tsx";
