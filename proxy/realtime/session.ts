/** One realtime session: two sockets, and the holds that cover what passes between them. @module */
import type { Effects, TimerHandle } from "../../shared/effects.ts";
import { type Failure, failure } from "../../shared/errors.ts";
import { statusOf } from "../../shared/http/mod.ts";
import type { JsonObject } from "../../shared/json.ts";
import { type Usage, USAGE_CLASSES } from "../../shared/usage/mod.ts";
import type { ProviderMessage, RealtimeProtocol } from "./protocol.ts";
import type { Slice, Slices } from "./slices.ts";

/** What {@link runSession} needs. */
export interface SessionOptions {
  readonly effects: Pick<Effects, "clock" | "timers">;
  readonly protocol: RealtimeProtocol;
  readonly client: WebSocket;
  readonly upstream: WebSocket;
  readonly upstreamModel: string;
  readonly slices: Slices;
  /** The slice that was held before the upstream was called. */
  readonly first: Slice;
  /** What the client sent before the upstream was known. */
  readonly early: readonly string[];
  readonly limits: SessionLimits;
  /** Told once, when everything is over. */
  readonly onEnd: () => void;
}

/** How long a session may last; in milliseconds. */
export interface SessionLimits {
  readonly sessionMs: number;
  readonly idleMs: number;
  /** A slice that nothing used is given back and held anew after this. */
  readonly spareMs: number;
}

/** A session that runs. */
export interface Session {
  /** Ends it; the client is told why. */
  end(reason: Failure): void;
}

interface Running {
  readonly slice: Slice;
  report: Usage | null;
  raw: JsonObject | null;
}

/** Longest message in either direction, in characters. */
const MAX_MESSAGE_LENGTH = 16_000_000;
/** How long a report may come after its answer's end. */
const REPORT_WAIT_MS = 2_000;
const EVERY_MS = 1_000;
/** Applications have codes from 4000 on: the HTTP status is told in them, such as 4402. */
const CLOSE_CODES = 4_000;
/** A new slice of time is held when this much of the running one is over. */
const TIME_AHEAD = 0.8;

/**
 * Passes messages both ways until one side closes. An answer runs on a slice of its own, and one more
 * is always held ahead, so that an answer that the provider starts by itself is covered. When no slice
 * can be held, what runs is brought to its end, nothing new is started, and the session is closed.
 */
export function runSession(options: SessionOptions): Session {
  return new RealtimeSession(options);
}

class RealtimeSession implements Session {
  readonly #spare: { slice: Slice; readonly sinceMs: number }[] = [];
  readonly #running: Running[] = [];
  readonly #awaiting: Running[] = [];
  readonly #startedAtMs: number;
  readonly #timer: TimerHandle;
  #reads: Usage = {};
  #adds: Usage = {};
  /** Answers that the client asked for and that have not begun. */
  #asked = 0;
  #opening: Promise<void> | null = null;
  #refused: Failure | null = null;
  #fromClient: Promise<void> = Promise.resolve();
  #lastMs: number;
  #sliceStartedAtMs: number;
  #over = false;

  constructor(readonly options: SessionOptions) {
    const { client, upstream, effects: { clock, timers } } = options;
    this.#startedAtMs = this.#lastMs = this.#sliceStartedAtMs = clock.nowMs();
    this.#hold(options.first);
    if (options.protocol.slicing.by === "time") this.#begin();
    for (const text of options.early) this.#queue(text);
    client.onmessage = ({ data }) => this.#queue(data);
    client.onclose = client.onerror = () => this.#close(1000, "the client went away");
    upstream.onmessage = ({ data }) => this.#hear(data);
    upstream.onclose = ({ code, reason }) => this.#close(code, reason);
    upstream.onerror = () => this.#close(1011, "the connection to the provider broke off");
    this.#timer = timers.every(EVERY_MS, () => this.#look());
    if (upstream.readyState > WebSocket.OPEN) this.#close(1011, "the provider closed the session");
  }

  end(reason: Failure): void {
    if (this.#over) return;
    this.#tell(reason);
    this.#close(CLOSE_CODES + statusOf(reason.code), reason.code);
  }

  #queue(data: unknown): void {
    this.#lastMs = this.options.effects.clock.nowMs();
    this.#fromClient = this.#fromClient.then(() => this.#say(data)).catch((error) => {
      this.end(failure("internal_error", `Something went wrong here: ${String(error)}`));
    });
  }

  /** A message from the client goes on once what it starts is covered. */
  async #say(data: unknown): Promise<void> {
    if (this.#over) return;
    const message = parsed(data);
    if (message === null) {
      return this.#tell(failure("invalid_json", "A message is not a JSON object of text."));
    }
    const { protocol, upstreamModel, upstream } = this.options;
    const { starts, reads } = protocol.fromClient(message);
    const lacking = () => this.#spare.length < this.#asked + starts;
    while (lacking() && this.#refused === null && !this.#over) await this.#more();
    if (this.#over || upstream.readyState !== WebSocket.OPEN) return;
    if (lacking()) return this.#refuse();
    this.#reads = added(this.#reads, reads);
    this.#asked += starts;
    upstream.send(JSON.stringify(protocol.toUpstream(message, upstreamModel)));
  }

  #hear(data: unknown): void {
    if (this.#over) return;
    this.#lastMs = this.options.effects.clock.nowMs();
    // A client that is about to go takes no more, but what the provider says still counts.
    if (this.options.client.readyState === WebSocket.OPEN) this.options.client.send(data as string);
    const message = parsed(typeof data === "string" ? data : bytesAsText(data));
    if (message !== null) this.#take(this.options.protocol.fromProvider(message));
  }

  #take(message: ProviderMessage): void {
    const { slicing } = this.options.protocol;
    if (slicing.by === "time") return;
    this.#adds = added(this.#adds, message.adds);
    const begins = message.begins > 0 && (slicing.overlapping || this.#running.length === 0);
    if (begins && !this.#begin()) return this.#cutOff();
    const current = this.#running[0] ?? this.#awaiting[0];
    if (current === undefined) return;
    current.slice.observed = added(current.slice.observed ?? this.#takenReads(), message.makes);
    current.report = message.reports ?? current.report;
    current.raw = message.raw ?? current.raw;
    if (this.#awaiting[0] === current && message.reports !== null) {
      this.#awaiting.shift();
      this.#settle(current);
    }
    if (message.ends && this.#running[0] === current) {
      this.#ended(current, message.reports !== null);
    }
  }

  /** An answer begins on a slice that is held; false when none is. */
  #begin(): boolean {
    const held = this.#spare.shift();
    if (held === undefined) return false;
    this.#asked = Math.max(0, this.#asked - 1);
    held.slice.observed = this.#takenReads();
    this.#running.push({ slice: held.slice, report: null, raw: null });
    if (this.#spare.length <= this.#asked) void this.#more();
    return true;
  }

  /** A report before the end may not be the last one: only one that comes with it is. */
  #ended(current: Running, reported: boolean): void {
    this.#running.shift();
    if (reported) this.#settle(current);
    else {
      this.#awaiting.push(current);
      this.options.effects.timers.after(REPORT_WAIT_MS, () => {
        const at = this.#awaiting.indexOf(current);
        if (at === -1) return;
        this.#awaiting.splice(at, 1);
        this.#settle(current);
      });
    }
    if (this.#refused !== null && this.#running.length === 0) this.#cutOff();
  }

  #settle({ slice, report, raw }: Running): void {
    const usage = added(report ?? slice.observed ?? {}, this.#adds);
    this.#adds = {};
    slice.settle(usage, report === null ? "observed" : "reported", {
      outcome: "completed",
      ...(raw === null ? {} : { rawUsage: JSON.stringify(raw).slice(0, 4_000) }),
    });
  }

  /** Holds one more slice; one at a time. */
  #more(): Promise<void> {
    this.#opening ??= this.options.slices.open().then((opened) => {
      if ("failure" in opened) {
        this.#refused = opened.failure;
        if (this.#running.length === 0) this.#cutOff();
      } else if (this.#over) {
        opened.release();
      } else this.#hold(opened);
    }).finally(() => this.#opening = null);
    return this.#opening;
  }

  #hold(slice: Slice): void {
    this.#refused = null;
    this.#spare.push({ slice, sinceMs: this.options.effects.clock.nowMs() });
  }

  /** What the client has said since the last answer began, for an answer that reports nothing. */
  #takenReads(): Usage {
    const reads = this.#reads;
    this.#reads = {};
    return reads;
  }

  #look(): void {
    const { limits, protocol: { slicing }, effects: { clock } } = this.options;
    const nowMs = clock.nowMs();
    if (nowMs - this.#startedAtMs >= limits.sessionMs) {
      return this.end(
        failure("upstream_total_timeout", "The session has reached its longest life."),
      );
    }
    if (nowMs - this.#lastMs >= limits.idleMs) {
      return this.end(failure("upstream_idle_timeout", "Nothing was said for too long."));
    }
    if (slicing.by === "time") return this.#lookAtTime(nowMs, slicing.seconds);
    const [oldest] = this.#spare;
    if (oldest === undefined || nowMs - oldest.sinceMs < limits.spareMs || this.#opening) return;
    this.#spare.shift();
    oldest.slice.release();
    // What was asked for so long ago and never began is not to come any more.
    this.#asked = Math.min(this.#asked, this.#spare.length);
    if (this.#spare.length === 0) void this.#more();
  }

  #lookAtTime(nowMs: number, seconds: number): void {
    const [current] = this.#running;
    if (current === undefined) return;
    const passed = (nowMs - this.#sliceStartedAtMs) / 1_000;
    current.slice.observed = { seconds: Math.min(seconds, Math.ceil(passed)) };
    if (passed >= seconds * TIME_AHEAD && this.#spare.length === 0) void this.#more();
    if (passed < seconds) return;
    this.#running.shift();
    current.slice.settle({ seconds }, "bounded", { outcome: "completed" });
    this.#sliceStartedAtMs += seconds * 1_000;
    if (!this.#begin()) this.#cutOff();
  }

  /** What runs is brought to its end; nothing new is started. */
  #refuse(): void {
    if (this.#running.length === 0) return this.#cutOff();
    if (this.#refused !== null) this.#tell(this.#refused);
  }

  /** The wallet carries no further answer: the client is told so and the session ends. */
  #cutOff(): void {
    this.end(
      this.#refused ??
        failure("insufficient_quota", "No further answer is covered by the balance."),
    );
  }

  #tell(why: Failure): void {
    const { client, protocol } = this.options;
    if (client.readyState === WebSocket.OPEN) client.send(JSON.stringify(protocol.error(why)));
  }

  #close(code: number, reason: string): void {
    if (this.#over) return;
    this.#over = true;
    this.#timer.cancel();
    this.#settleAll();
    for (const socket of [this.options.client, this.options.upstream]) {
      if (socket.readyState > WebSocket.OPEN) continue;
      // Codes that only the runtime may send are told as an ordinary end.
      const told = code === 1000 || (code >= 3000 && code < 5000) ? code : 1000;
      socket.close(told, shortReason(reason));
    }
    this.options.onEnd();
  }

  #settleAll(): void {
    const byTime = this.options.protocol.slicing.by === "time";
    const passedMs = this.options.effects.clock.nowMs() - this.#sliceStartedAtMs;
    for (const current of [...this.#awaiting, ...this.#running]) {
      if (byTime) current.slice.observed = { seconds: Math.ceil(Math.max(0, passedMs) / 1_000) };
      this.#settle(current);
    }
    const left = totalOf(this.#adds) > 0 ? this.#spare.shift() : undefined;
    if (left !== undefined) left.slice.settle(this.#adds, "reported", { outcome: "completed" });
    for (const { slice } of this.#spare) slice.release();
    this.#awaiting.length = this.#running.length = this.#spare.length = 0;
  }
}

/** A close frame holds 123 bytes of reason; other than ASCII is left out, so that none is cut in two. */
function shortReason(reason: string): string {
  return reason.replace(/[^\x20-\x7e]/g, "").slice(0, 120);
}

function parsed(data: unknown): JsonObject | null {
  if (typeof data !== "string" || data.length > MAX_MESSAGE_LENGTH) return null;
  try {
    const value: unknown = JSON.parse(data);
    return typeof value === "object" && value !== null && !Array.isArray(value)
      ? value as JsonObject
      : null;
  } catch {
    return null;
  }
}

function bytesAsText(data: unknown): string {
  return data instanceof ArrayBuffer ? new TextDecoder().decode(data) : "";
}

function added(before: Usage, more: Usage): Usage {
  const sum: Partial<Record<keyof Usage, number>> = { ...before };
  for (const each of USAGE_CLASSES) {
    const units = more[each];
    if (units !== undefined) sum[each] = (sum[each] ?? 0) + units;
  }
  return sum;
}

function totalOf(usage: Usage): number {
  return Object.values(usage).reduce((sum, units) => sum + units, 0);
}
