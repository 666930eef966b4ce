/** How a request is refused that cannot be translated. @module */
import type { z } from "zod";
import { type Failure, failure } from "../../shared/errors.ts";
import type { DialectName } from "../dialects/mod.ts";

const MAX_MEMBER_LENGTH = 200;
/** How zod ends its words about a member that is not there. */
const ABSENT = "received undefined";

/** `unsupported_parameter` for a member that a protocol cannot say. */
export function untranslatable(member: string, dialect: DialectName | null): Failure {
  const param = member.slice(0, MAX_MEMBER_LENGTH);
  const where = dialect === null
    ? "to any provider that speaks another API than this one"
    : `in ${dialect}, which the provider of this model speaks`;
  return failure(
    "unsupported_parameter",
    `The parameter ${JSON.stringify(param)} cannot be said with this value ${where}. ` +
      "Leave it out, or choose a model whose provider speaks this API.",
    { param },
  );
}

/**
 * The same for the first member that does not fit what a reader understands; `invalid_request` for
 * one that the client's own API needs and that is not there.
 */
export function unreadable(error: z.ZodError): Failure {
  const issue = error.issues[0];
  const param = pathText(pathOf(issue)) || "the request body";
  return issue?.code === "invalid_type" && issue.message.endsWith(ABSENT)
    ? failure("invalid_request", `The parameter ${JSON.stringify(param)} is missing.`, { param })
    : untranslatable(param, null);
}

type Issue = z.core.$ZodIssue;

/** The deepest place that an issue knows: in a choice of forms, that of the form that fitted longest. */
function pathOf(issue: Issue | undefined): readonly PropertyKey[] {
  if (issue === undefined) return [];
  if (issue.code === "unrecognized_keys") return [...issue.path, issue.keys[0] ?? ""];
  if (issue.code !== "invalid_union") return issue.path;
  const inner = issue.errors.map((issues) => pathOf(issues[0]));
  const deepest = inner.reduce<readonly PropertyKey[]>(
    (best, each) => each.length > best.length ? each : best,
    [],
  );
  return [...issue.path, ...deepest];
}

function pathText(path: readonly PropertyKey[]): string {
  return path.reduce<string>(
    (text, step) =>
      typeof step === "number"
        ? `${text}[${step}]`
        : text === ""
        ? String(step)
        : `${text}.${String(step)}`,
    "",
  );
}
