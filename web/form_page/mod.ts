/** Pages that are a form for one command: shown, checked, sent, and shown again when refused. @module */
import { type Context, page } from "fresh";
import type { PageResponse } from "fresh";
import { emptyForm, type FormState } from "../forms/mod.ts";
import type { TextKey } from "../i18n/mod.ts";
import type { CommandOutcome } from "../rooms/mod.ts";
import { newOperationId, operationIdOf, postedForm, type State } from "../state.ts";

/** A posted form with what it needs to be sent. */
export interface Posted {
  /** The trimmed value of a field; empty when it was not sent. */
  readonly field: (name: string) => string;
  readonly operationId: string;
}

/** What became of a posted form. */
export type Submission<Result = unknown> =
  | { readonly status: "invalid"; readonly problems: Readonly<Record<string, TextKey>> }
  | { readonly status: "sent"; readonly outcome: CommandOutcome<Result> };

/** A form as it is first shown, with values to begin with. */
export function newForm(state: State, values: Record<string, string> = {}): FormState {
  return emptyForm(newOperationId(state), values);
}

/** Reads a posted form. Throws HttpError when it is not one of our own. */
export async function readPosted(ctx: Context<State>): Promise<Posted> {
  const field = await postedForm(ctx);
  return { field, operationId: operationIdOf(ctx.state, field) };
}

/**
 * The form to show again after `submission`, or null when it was accepted. `names` are the fields
 * whose values are kept. A refusal starts a new operation: the old one's answer is for ever.
 */
export function rejectedForm(
  state: State,
  posted: Posted,
  submission: Submission,
  names: readonly string[],
): FormState | null {
  if (submission.status === "sent" && submission.outcome.ok) return null;
  const values = Object.fromEntries(names.map((name) => [name, posted.field(name)]));
  return {
    values,
    problems: submission.status === "invalid" ? submission.problems : {},
    refusal: submission.status === "sent" && !submission.outcome.ok
      ? submission.outcome.message
      : null,
    operationId: newOperationId(state),
  };
}

/**
 * Answers a posted form: leads to `done` with the log position once accepted, else shows the page
 * again with status 422.
 */
export function answerForm<Data>(
  ctx: Context<State>,
  options: {
    readonly posted: Posted;
    readonly submission: Submission;
    readonly names: readonly string[];
    readonly done: (position: string) => string;
    readonly again: (form: FormState) => Data;
  },
): Response | PageResponse<Data> {
  const { posted, submission, names } = options;
  if (submission.status === "sent" && submission.outcome.ok) {
    return ctx.redirect(options.done(submission.outcome.position), 303);
  }
  const form = rejectedForm(ctx.state, posted, submission, names) ?? newForm(ctx.state);
  return page(options.again(form), { status: 422 });
}
