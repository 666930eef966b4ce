/** Asking a provider about a job. @module */
import { failure, FailureError } from "../../shared/errors.ts";
import type { JsonObject } from "../../shared/json.ts";
import { classifyFailure } from "../dialects/mod.ts";
import { createWatch, type Watch } from "../limits/mod.ts";
import type { RelayDeps } from "../relay/mod.ts";
import { credentialsOf, type UpstreamTarget } from "../upstream/mod.ts";

/** What is asked. */
export interface JobQuestion {
  readonly target: UpstreamTarget;
  readonly upstreamId: string;
  readonly method: "GET" | "DELETE";
  /** What follows the job's own path, such as `/content?variant=thumbnail`; empty for the job. */
  readonly rest: string;
}

const MAX_JOB_BYTES = 1_000_000;

/**
 * Asks, and gives the answer together with the watch over its time; whoever takes the answer stops
 * the watch. Throws FailureError: `not_found` when the provider has no such job any more, else what
 * its refusal means.
 */
export async function askAbout(
  deps: RelayDeps,
  { target, upstreamId, method, rest }: JobQuestion,
  onWatch: (watch: Watch) => void = () => {},
): Promise<{ readonly response: Response; readonly watch: Watch }> {
  const { profile, baseUrl } = target;
  const path = profile.dialects["openai.videos"];
  if (path === undefined) throw gone(target.name);
  const watch = createWatch(
    deps.effects,
    deps.limits,
    deps.effects.clock.nowMs() + deps.limits.totalMs,
  );
  onWatch(watch);
  try {
    const response = await deps.fetch(
      `${baseUrl}${path}/${encodeURIComponent(upstreamId)}${rest}`,
      {
        method,
        headers: { "accept-encoding": "identity", ...profile.headers, ...credentialsOf(target) },
        redirect: "manual",
        signal: watch.signal,
      },
    );
    watch.received();
    if (response.ok) return { response, watch };
    const body = (await bytesUpTo(response, MAX_JOB_BYTES)).text;
    throw response.status === 404
      ? gone(target.name)
      : new FailureError(classifyFailure(response, body).failure);
  } catch (error) {
    watch.stop();
    if (error instanceof FailureError) throw error;
    const why = watch.failure() ??
      failure("upstream_unreachable", "The provider could not be reached.");
    throw new FailureError(why, { cause: error });
  }
}

/** The job object. Throws as {@link askAbout}, and `upstream_invalid_response`. */
export async function askForJob(
  deps: RelayDeps,
  question: Omit<JobQuestion, "method" | "rest">,
  onWatch?: (watch: Watch) => void,
): Promise<JsonObject> {
  return await askJson(deps, { ...question, method: "GET", rest: "" }, onWatch);
}

/** The JSON that a question is answered with. Throws as {@link askForJob}. */
export async function askJson(
  deps: RelayDeps,
  question: JobQuestion,
  onWatch?: (watch: Watch) => void,
): Promise<JsonObject> {
  const { response, watch } = await askAbout(deps, question, onWatch);
  try {
    watch.waiting();
    const { text, whole } = await bytesUpTo(response, MAX_JOB_BYTES);
    const json: unknown = whole ? JSON.parse(text) : null;
    if (typeof json === "object" && json !== null && !Array.isArray(json)) {
      return json as JsonObject;
    }
  } catch (error) {
    const why = watch.failure();
    if (why !== null) throw new FailureError(why, { cause: error });
  } finally {
    watch.stop();
  }
  throw new FailureError(
    failure("upstream_invalid_response", "The provider's answer about the job is no JSON object."),
  );
}

async function bytesUpTo(
  response: Response,
  most: number,
): Promise<{ readonly text: string; readonly whole: boolean }> {
  const decoder = new TextDecoder();
  let text = "";
  let length = 0;
  for await (const chunk of response.body ?? []) {
    length += chunk.length;
    // Leaving the loop cancels the body.
    if (length > most) return { text, whole: false };
    text += decoder.decode(chunk, { stream: true });
  }
  return { text: text + decoder.decode(), whole: true };
}

function gone(provider: string): FailureError {
  return new FailureError(failure("not_found", `${provider} does not have this job any more.`));
}
