/** Starts the worker that verifies. @module */

/** A worker that is given a `VerifyTask` and answers with `VerifyNews`; terminate it when done. */
export function startVerifier(): Worker {
  return new Worker(new URL("./worker.ts", import.meta.url), { type: "module" });
}
