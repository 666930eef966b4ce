/** What a client asks of its jobs: how far they are, what they made, and to forget them. @module */
import { type Failure, failure, FailureError } from "../../shared/errors.ts";
import { answerFailure, costHeaders, inTime } from "../answers.ts";
import type { ProxyDeps } from "../app.ts";
import type { Caller } from "../authenticate/mod.ts";
import { admit, checkHeaders, type Peer, refuseWhenOverloaded } from "../gate.ts";
import { readVideo } from "../dialects/mod.ts";
import type { Watch } from "../limits/mod.ts";
import { targetFor } from "../plan.ts";
import { clientView } from "./jobs.ts";
import type { JobTicket } from "./ticket.ts";
import { askAbout, askForJob, askJson } from "./upstream.ts";

/** What a path says of a job. */
export interface JobPath {
  readonly id: string;
  /** Whether what it made is asked for, and not the job itself. */
  readonly content: boolean;
}

const PATH = /^\/v1(?:\/openai(?:\/v1)?)?\/videos\/(video_[A-Za-z0-9_-]{1,8000})(\/content)?$/;
const VARIANTS: ReadonlySet<string> = new Set(["video", "thumbnail", "spritesheet"]);

/** The job of a path; null when it names none. */
export function findJob(path: string): JobPath | null {
  const found = PATH.exec(path);
  return found === null ? null : { id: found[1] ?? "", content: found[2] !== undefined };
}

interface AskedJob {
  readonly request: Request;
  readonly requestId: string;
  readonly peer: Peer;
  readonly path: JobPath;
}

/** Answers a question about a job; what has ended is charged before anything of it is given out. */
export async function takeJob(deps: ProxyDeps, asked: AskedJob): Promise<Response> {
  try {
    checkHeaders(deps, asked.request);
    const caller = admit(deps, asked.request, asked.peer);
    refuseWhenOverloaded(deps);
    const admitted = deps.admission.enter(caller.keyId);
    if ("failure" in admitted) throw new FailureError(admitted.failure);
    let stays = false;
    const stay = () => {
      stays = true;
      return admitted.leave;
    };
    try {
      return await answer(deps, asked, caller, stay);
    } finally {
      if (!stays) admitted.leave();
    }
  } catch (error) {
    return answerFailure(deps.log, error, {
      requestId: asked.requestId,
      path: new URL(asked.request.url).pathname.slice(0, 100),
    });
  }
}

async function answer(
  deps: ProxyDeps,
  { request, requestId, path }: AskedJob,
  caller: Caller,
  stay: () => () => void,
): Promise<Response> {
  const ticket = deps.jobs.ticketOf(path.id);
  // Somebody else's job is as unknown as one that never was.
  if (ticket === null || ticket.accountId !== caller.accountId) {
    throw new FailureError(failure("not_found", "There is no such video of this account."));
  }
  const target = targetFor(deps, caller, ticket.provider, ticket.keyId);
  const { upstreamId } = ticket;
  const video = await askForJob(deps, { target, upstreamId });
  const open = await deps.jobs.heard(ticket, video);
  const settled = open === null ? null : await inTime(deps, open);
  const headers = {
    "x-request-id": requestId,
    "x-sargalay-provider": ticket.provider,
    "x-sargalay-job": ticket.requestId,
    ...(ticket.simulated ? { "x-sargalay-simulated": "true" } : {}),
    ...(settled === null ? {} : costHeaders(settled)),
    "cache-control": "no-store",
  };
  const { status } = readVideo(video);
  if (request.method === "DELETE") {
    // The provider's word is still needed to know what the job costs.
    if (status === "running") throw new FailureError(stillRuns("deleted"));
    const deleted = await askJson(deps, { target, upstreamId, method: "DELETE", rest: "" });
    return Response.json({ ...deleted, id: path.id }, { headers });
  }
  if (!path.content) {
    return Response.json(clientView(video, path.id, ticket), { headers });
  }
  if (status !== "completed") throw new FailureError(stillRuns("downloaded"));
  return await contentOf(deps, { request, ticket, target, headers }, stay);
}

async function contentOf(
  deps: ProxyDeps,
  { request, ticket: { upstreamId }, target, headers }: {
    readonly request: Request;
    readonly ticket: JobTicket;
    readonly target: Parameters<typeof askForJob>[1]["target"];
    readonly headers: Record<string, string>;
  },
  stay: () => () => void,
): Promise<Response> {
  const variant = new URL(request.url).searchParams.get("variant");
  if (variant !== null && !VARIANTS.has(variant)) {
    throw new FailureError(
      failure("invalid_request", `There is no variant ${JSON.stringify(variant.slice(0, 50))}.`, {
        param: "variant",
      }),
    );
  }
  const rest = variant === null ? "/content" : `/content?variant=${variant}`;
  const { response, watch } = await askAbout(deps, { target, upstreamId, method: "GET", rest });
  const sent = new Headers(headers);
  for (const name of ["content-type", "content-length", "content-disposition"]) {
    const value = response.headers.get(name);
    if (value !== null) sent.set(name, value);
  }
  return new Response(watched(response, watch, stay()), { headers: sent });
}

/** The bytes as they come, within the limits on silence and on time; `leave` is called at their end. */
function watched(
  response: Response,
  watch: Watch,
  leave: () => void,
): ReadableStream<Uint8Array<ArrayBuffer>> {
  const reader = response.body?.getReader();
  const end = () => {
    watch.stop();
    leave();
  };
  return new ReadableStream({
    async pull(controller) {
      try {
        watch.waiting();
        const read = await reader?.read();
        watch.received();
        if (read !== undefined && !read.done) return controller.enqueue(read.value);
        end();
        controller.close();
      } catch (error) {
        end();
        controller.error(error);
      }
    },
    async cancel() {
      end();
      await reader?.cancel();
    },
  }, { highWaterMark: 0 });
}

function stillRuns(what: string): Failure {
  return failure(
    "conflict",
    `The video is not finished, so it can't be ${what}. Ask again later.`,
    {
      retryAfterMs: 5_000,
    },
  );
}
