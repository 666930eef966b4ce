/** How a request that is not understood, or not for sale, is refused. @module */
import { type Failure, failure } from "../../shared/errors.ts";

const MAX_MEMBER_LENGTH = 100;

/** `unsupported_parameter`: the member buys something that has no price here. */
export function notForSale(member: string): Failure {
  const param = member.slice(0, MAX_MEMBER_LENGTH);
  return failure(
    "unsupported_parameter",
    `The parameter ${JSON.stringify(param)} is not supported with this value: nobody here knows ` +
      "what it costs. Leave it out.",
    { param },
  );
}

/** `invalid_request` for the first thing that is wrong with a body. */
export function describeIssue(
  issue: { readonly path: readonly PropertyKey[]; readonly message: string } | undefined,
): Failure {
  const param = (issue?.path ?? []).reduce<string>(
    (text, step) =>
      typeof step === "number"
        ? `${text}[${step}]`
        : text === ""
        ? String(step)
        : `${text}.${String(step)}`,
    "",
  );
  const where = param === "" ? "The request body" : `The parameter ${param}`;
  return failure(
    "invalid_request",
    `${where} is not valid: ${issue?.message ?? "unknown reason"}.`,
    param === "" ? {} : { param },
  );
}
