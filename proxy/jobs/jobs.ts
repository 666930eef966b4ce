/** Jobs: their holds stay open until the provider says how they ended. @module */
import type { CommandBody } from "../../shared/commands/mod.ts";
import type { CallFacts } from "../../shared/events/mod.ts";
import { shardOf } from "../../shared/ids/mod.ts";
import type { JsonObject } from "../../shared/json.ts";
import { readReceipt } from "../account/mod.ts";
import type { ProxyDeps } from "../app.ts";
import type { Call, CallEnding } from "../call.ts";
import type { Candidate } from "../candidates.ts";
import { type Bytes, classifyErrorMember, readVideo } from "../dialects/mod.ts";
import type { Watch } from "../limits/mod.ts";
import type { Opened, WholeAnswer } from "../relay/mod.ts";
import type { OpenSettlement } from "../settle/mod.ts";
import type { UpstreamTarget } from "../upstream/mod.ts";
import type { JobTicket, TicketSealer } from "./ticket.ts";
import { askForJob } from "./upstream.ts";

/** A job that was just begun by a call. */
export interface BegunJob {
  readonly call: Call;
  readonly ending: CallEnding;
  readonly opened: Extract<Opened<Candidate>, { served: unknown }>;
  readonly answer: WholeAnswer;
}

/** See {@link createJobs}. */
export interface Jobs {
  /** Takes a call over whose answer is a job: what the client is sent as the body. */
  begin(begun: BegunJob): Bytes;
  /** The ticket of a client's id; null when it is none of ours. */
  ticketOf(id: string): JobTicket | null;
  /**
   * Takes note of what the provider says of a job: one that has ended is charged or given back, once,
   * whoever followed it. Null while it runs, or when its end was booked before. Throws FailureError
   * `ledger_unavailable` when nobody can say whether it was.
   */
  heard(ticket: JobTicket, video: JsonObject): Promise<OpenSettlement | null>;
}

interface Followed {
  readonly ticket: JobTicket;
  readonly target: UpstreamTarget;
  readonly unfollow: () => void;
  watch: Watch | null;
}

/** How long a job is followed and its hold extended: one that takes longer is settled late. */
export const LONGEST_JOB_MS = 3_600_000;

const FIRST_POLL_MS = 5_000;
const LONGEST_POLL_MS = 30_000;
/** A job's hold lives so much longer than a call's: another edge may have to settle it. */
const LIVES = 15;
const LONGEST_LIFE_MS = 3_600_000;
const MAX_REMEMBERED = 10_000;

/** How long the hold of a job lives without an extension, by a call's; in milliseconds. */
export function jobHoldTtlMs(holdTtlMs: number): number {
  return Math.min(LIVES * holdTtlMs, LONGEST_LIFE_MS);
}

/**
 * Follows the jobs that were begun here: asks the provider after 5 s and then ever less often, up to
 * every 30 s, for an hour. What ends a job is computed from its ticket and the provider's last word
 * alone, so that every edge sends the ledger the same settlement.
 */
export function createJobs(
  deps: Omit<ProxyDeps, "jobs">,
  sealer: TicketSealer,
): Jobs {
  const { clock, timers } = deps.effects;
  const followed = new Map<string, Followed>();
  const ended = new Map<string, OpenSettlement | null>();

  const book = (ticket: JobTicket, video: JsonObject): OpenSettlement | null => {
    const settlement = settlementOf(ticket, video);
    if (settlement === null) return null;
    const open = deps.journal.settle(settlement);
    remember(ended, ticket.requestId, open);
    letGo(ticket.requestId);
    return open;
  };
  const letGo = (requestId: string) => {
    const job = followed.get(requestId);
    followed.delete(requestId);
    job?.unfollow();
  };
  const poll = async (job: Followed): Promise<void> => {
    const { ticket, target } = job;
    const { requestId, upstreamId } = ticket;
    if (!followed.has(requestId)) return;
    const ageMs = clock.nowMs() - ticket.placedAtMs;
    if (ageMs >= LONGEST_JOB_MS) {
      deps.log.warn("job_left_alone", { requestId, ageMs });
      return letGo(requestId);
    }
    try {
      const video = await askForJob(deps, { target, upstreamId }, (watch) => job.watch = watch);
      if (followed.has(requestId)) book(ticket, video);
    } catch (error) {
      // The next look may see more.
      const reason = error instanceof Error ? error.message : String(error);
      if (followed.has(requestId)) deps.log.info("job_not_seen", { requestId, reason });
    }
    if (followed.has(requestId)) again(job);
  };
  const again = (job: Followed) => {
    const ageMs = clock.nowMs() - job.ticket.placedAtMs;
    const delayMs = Math.min(LONGEST_POLL_MS, Math.max(FIRST_POLL_MS, ageMs / 10));
    timers.after(delayMs, () => void poll(job));
  };
  return {
    begin({ call, ending, opened, answer }) {
      const video = JSON.parse(new TextDecoder().decode(answer.bytes)) as JsonObject;
      const ticket = ticketOf(call, opened, String(video.id));
      const { requestId } = ticket;
      const body = clientView(video, sealer.seal(ticket), ticket);
      const unfollow = ending.handOver();
      const job: Followed = { ticket, target: opened.served.target, unfollow, watch: null };
      followed.set(requestId, job);
      // Another edge, or this one when it is back, goes on where this one must stop.
      ending.watched({
        abort(reason) {
          job.watch?.abort(reason);
          letGo(requestId);
        },
      });
      if (book(ticket, video) === null) again(job);
      return new TextEncoder().encode(JSON.stringify(body));
    },
    ticketOf: (id) => sealer.open(id),
    async heard(ticket, video) {
      const { requestId, accountId } = ticket;
      const known = ended.get(requestId);
      if (known !== undefined) return known;
      if (readVideo(video).status === "running") return null;
      if (!followed.has(requestId)) {
        const shard = shardOf(accountId, deps.shards);
        const receipt = await readReceipt(deps.bus, shard, accountId, requestId);
        const before = ended.get(requestId);
        if (before !== undefined) return before;
        const failed = readVideo(video).status === "failed";
        // A hold whose time is up was given back: only what was made is still to be paid for.
        const open = receipt?.state === "held" || (receipt?.state === "expired" && !failed);
        if (!open) {
          remember(ended, requestId, null);
          return null;
        }
      }
      return book(ticket, video);
    },
  };
}

/** A job object as its client sees it: under our id, and by the model that was asked for. */
export function clientView(video: JsonObject, id: string, { asked }: JobTicket): JsonObject {
  const { remixed_from_video_id: source, ...known } = video;
  return {
    ...known,
    id,
    model: asked,
    ...(source === undefined ? {} : { remixed_from_video_id: null }),
  };
}

function ticketOf(
  { requestId, caller, request, startedAtMs, plan: { candidates: [first] } }: Call,
  { served, attempts, firstByteMs }: BegunJob["opened"],
  upstreamId: string,
): JobTicket {
  const { target, upstreamModel, model, key } = served;
  return {
    requestId,
    accountId: caller.accountId,
    asked: request.model,
    provider: target.name,
    upstreamModel,
    upstreamId,
    keyId: key.keyId,
    seconds: request.unitsBound.seconds ?? 0,
    placedAtMs: startedAtMs,
    firstByteMs,
    simulated: target.simulated,
    attempts: attempts.slice(-4),
    ...(model.model === first.model.model ? {} : { model: model.model }),
    ...(key.own ? { ownKey: true } : {}),
  };
}

type Ending = Parameters<ProxyDeps["journal"]["settle"]>[0];

/** How a job ended, for the ledger; null while it runs. The same on every edge. */
function settlementOf(ticket: JobTicket, video: JsonObject): Ending | null {
  const { requestId, accountId, model, ownKey } = ticket;
  const { status, units } = readVideo(video);
  if (status === "running") return null;
  const common = { accountId, requestId };
  if (status === "failed") {
    const { code } = classifyErrorMember(video.error ?? null).failure;
    const body: CommandBody<"ReleaseHold"> = {
      ...common,
      reason: "upstream_failed",
      call: factsOf(ticket, video, code),
    };
    return { type: "ReleaseHold", body };
  }
  const body: CommandBody<"SettleHold"> = {
    ...common,
    usage: units ?? { seconds: ticket.seconds },
    evidence: units === null ? "bounded" : "reported",
    ...(model === undefined ? {} : { model }),
    ...(ownKey === undefined ? {} : { ownKey }),
    call: factsOf(ticket, video, "completed"),
  };
  return { type: "SettleHold", body };
}

function factsOf(ticket: JobTicket, video: JsonObject, outcome: string): CallFacts {
  const { provider, upstreamModel, placedAtMs, firstByteMs, simulated, attempts } = ticket;
  const endedAtMs = typeof video.completed_at === "number" ? video.completed_at * 1_000 : 0;
  return {
    provider,
    upstreamModel,
    attempts: [...attempts],
    streaming: false,
    clientStatus: 200,
    outcome,
    firstByteMs,
    totalMs: Math.max(firstByteMs, Math.round(endedAtMs - placedAtMs)),
    simulated,
  };
}

function remember(
  ended: Map<string, OpenSettlement | null>,
  requestId: string,
  open: OpenSettlement | null,
): void {
  ended.set(requestId, open);
  const [oldest] = ended.keys();
  if (ended.size > MAX_REMEMBERED && oldest !== undefined) ended.delete(oldest);
}
