/** Requests to OpenAI's APIs as they go upstream. @module */
import type { JsonValue } from "../../shared/json.ts";
import type { CallRequest, OutgoingRequest, SendOptions } from "./dialect.ts";
import { jsonOf } from "./parsed_body.ts";

/** A body while it is written. */
export type Sent = Record<string, JsonValue | undefined>;

/**
 * Builds a JSON request, or a form with the same parts. The body is always written anew: what was
 * bounded is then what is sent, even when the client's text had a member twice. `change` may change
 * the members of a JSON body.
 */
export function sendOpenai(
  request: CallRequest,
  options: SendOptions,
  change: (sent: Sent) => void = () => {},
): OutgoingRequest {
  const { body } = request.arrived;
  const common = { action: null, headers: {}, query: {} };
  if (body.kind === "form") {
    return { ...common, body: formFor(body.form, options.upstreamModel) };
  }
  const sent: Sent = { ...jsonOf(request), model: options.upstreamModel };
  change(sent);
  return { ...common, body: JSON.stringify(sent) };
}

function formFor(form: FormData, upstreamModel: string): FormData {
  const sent = new FormData();
  sent.set("model", upstreamModel);
  for (const [name, value] of form) {
    if (name === "model") continue;
    if (typeof value === "string") sent.append(name, value);
    else sent.append(name, value, value.name);
  }
  return sent;
}

/** Lowers the limit in whichever of `members` the client used, or sets the one named `otherwise`. */
export function lowerLimit(
  sent: Sent,
  outputLimit: number | null,
  members: readonly string[],
  otherwise: string,
): void {
  if (outputLimit === null) return;
  let named = false;
  for (const member of members) {
    const limit = sent[member];
    if (typeof limit !== "number") continue;
    sent[member] = Math.min(limit, outputLimit);
    named = true;
  }
  if (!named) sent[otherwise] = outputLimit;
}
