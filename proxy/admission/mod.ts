/** Counts the calls of this process from their admission to their end, and bounds them. @module */
import { type Failure, failure } from "../../shared/errors.ts";

/** How many calls may be open at once; both at least 1. */
export interface AdmissionLimits {
  /** In this process. */
  readonly openCalls: number;
  /** With one API key, in this process. */
  readonly openCallsPerKey: number;
}

/** See {@link createAdmission}. */
export interface Admission {
  /** Counts a call in until its `leave` is called; or `too_many_requests`. */
  enter(keyId: string): { readonly leave: () => void } | { readonly failure: Failure };
  /** Calls that are counted. */
  open(): number;
  /** Resolves when no call is counted. */
  idle(): Promise<void>;
}

const RETRY_AFTER_MS = 1_000;

/** Starts with no call. Leaving is idempotent. */
export function createAdmission(limits: AdmissionLimits): Admission {
  const byKey = new Map<string, number>();
  let open = 0;
  let waiting: (() => void)[] = [];

  const leave = (keyId: string) => {
    const left = (byKey.get(keyId) ?? 1) - 1;
    if (left === 0) byKey.delete(keyId);
    else byKey.set(keyId, left);
    open -= 1;
    if (open > 0) return;
    for (const wake of waiting) wake();
    waiting = [];
  };
  return {
    enter(keyId) {
      const ofKey = byKey.get(keyId) ?? 0;
      if (open >= limits.openCalls) return tooMany(`This proxy has ${open} calls open`);
      if (ofKey >= limits.openCallsPerKey) {
        return tooMany(`The API key ${keyId} has ${ofKey} calls open`);
      }
      byKey.set(keyId, ofKey + 1);
      open += 1;
      let inside = true;
      return {
        leave() {
          if (inside) leave(keyId);
          inside = false;
        },
      };
    },
    open: () => open,
    idle: () => open === 0 ? Promise.resolve() : new Promise((resolve) => waiting.push(resolve)),
  };
}

function tooMany(why: string): { readonly failure: Failure } {
  return {
    failure: failure("too_many_requests", `${why}, which is the limit. Wait for one to end.`, {
      retryAfterMs: RETRY_AFTER_MS,
    }),
  };
}
