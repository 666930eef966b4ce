/** Asynchronous jobs: begun by a call, held until they end, and settled by what they made. @module */
export { createJobs, jobHoldTtlMs, type Jobs, LONGEST_JOB_MS } from "./jobs.ts";
export { findJob, type JobPath, takeJob } from "./requests.ts";
export { createTicketSealer, type JobTicket, type TicketSealer } from "./ticket.ts";
