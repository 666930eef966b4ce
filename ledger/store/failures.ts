/** What a database error means for an append. @module */
import type { AppendResult } from "./event_store.ts";

/** Null for an error that says that nothing was written and that no retry mends; see AppendResult. */
export function classifyError(error: unknown): AppendResult | null {
  const { code, constraint, severity } = describe(error);
  if (code === "23505") {
    switch (constraint) {
      case "outcome_pkey":
        return { status: "operation_exists" };
      case "event_stream_version":
        return { status: "version_conflict" };
      case "event_pkey":
        return { status: "fenced" };
      default:
        return null;
    }
  }
  if (error instanceof TypeError || error instanceof RangeError) return null;
  // A severity is the server's word that the statement failed. Of those, bad data, broken
  // constraints, bad SQL and exceeded limits stay as they are; all else (no disk, a cancelled
  // statement, a server that went away, perhaps after the commit) may pass.
  const final = severity !== null && code !== null && /^(0A|22|23|42|54)/.test(code);
  return final ? null : { status: "unknown", error };
}

function describe(error: unknown) {
  const read = (name: string): string | null => {
    const value: unknown = typeof error === "object" && error !== null
      ? Reflect.get(error, name)
      : null;
    return typeof value === "string" ? value : null;
  };
  return {
    code: read("code"),
    severity: read("severity"),
    // PGlite says `constraint`, postgres.js `constraint_name`.
    constraint: read("constraint") ?? read("constraint_name"),
  };
}
