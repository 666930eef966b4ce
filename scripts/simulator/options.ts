/** How a simulator is started, and what it counts. @module */

/** How a simulator is started. */
export interface SimulatorOptions {
  /** 0, or absent, for a free port. */
  readonly port?: number;
  /** 127.0.0.1 when absent. */
  readonly host?: string;
  /** False: every model behaves well, whatever its name; true when absent. */
  readonly faults?: boolean;
  /** Time before each streamed token of ordinary models, in milliseconds; 0 when absent. */
  readonly paceMs?: number;
  /** How long `sim-slow-first-byte` waits, in milliseconds; ten minutes when absent. */
  readonly slowMs?: number;
}

/** Counts since the start. */
export interface SimulatorStats {
  requests: number;
  /** Streams that the other side gave up. */
  cancelled: number;
  /** The last request body that was understood. */
  lastBody: Record<string, unknown> | null;
  /** The last request's authorization header. */
  lastAuthorization: string | null;
}

/** What an exchange happens in. */
export interface Act {
  readonly options: SimulatorOptions;
  readonly stats: SimulatorStats;
  readonly stopping: AbortSignal;
}
