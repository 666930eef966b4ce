/** Failures that a route answers with a status. @module */

/** Thrown by a route or middleware to answer with `status`; the error page shows the message. */
export class HttpError extends Error {
  constructor(readonly status: number, message?: string, options?: ErrorOptions) {
    super(message ?? `HTTP ${status}`, options);
    this.name = "HttpError";
  }
}
