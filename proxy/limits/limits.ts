/** The limits and their defaults. @module */

/** Sizes in bytes, times in milliseconds. */
export interface CallLimits {
  /** Longest request body; beyond it `request_too_large`. */
  readonly bodyBytes: number;
  /** Time for the client to send its body; beyond it `request_body_timeout`. */
  readonly bodyMs: number;
  /** Names and values of all request headers together; beyond it `headers_too_large`. */
  readonly headerBytes: number;
  /** From sending a request upstream to the first byte of a streamed answer, for each attempt. */
  readonly firstByteMs: number;
  /** The same for an answer that is not streamed: many providers send nothing before its end. */
  readonly wholeMs: number;
  /** Between two chunks from upstream. */
  readonly idleMs: number;
  /** From the hold to the end of the answer, all attempts included. */
  readonly totalMs: number;
  /** Longest answer that is not a stream; beyond it `upstream_response_too_large`. */
  readonly answerBytes: number;
}

/** The limits when nothing else is set. */
export const DEFAULT_LIMITS: CallLimits = {
  bodyBytes: 10_000_000,
  bodyMs: 30_000,
  headerBytes: 32_768,
  firstByteMs: 60_000,
  wholeMs: 300_000,
  idleMs: 60_000,
  totalMs: 600_000,
  answerBytes: 64_000_000,
};
