/**
 * Answers kept for the retry of a finished call. They are sealed with a key that is derived from the
 * caller's own API key and idempotency key, so that nobody else can read what is kept.
 *
 * @module
 */
import { ANSWER_STREAM, type Bus, type StreamReader, subjects } from "../../shared/bus/mod.ts";
import type { Effects } from "../../shared/effects.ts";
import type { Log } from "../../shared/log.ts";
import type { Bytes } from "../dialects/mod.ts";
import { open, seal } from "./seal.ts";

/** An answer as the client got it. */
export interface KeptAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Bytes;
}

/** What opens a kept answer again. */
export interface ReplaySecret {
  readonly apiKey: string;
  readonly idempotencyKey: string;
}

/** See {@link createAnswerArchive}. */
export interface AnswerArchive {
  /** Keeps an answer; false when it is too long or could not be stored. Never rejects. */
  keep(requestId: string, secret: ReplaySecret, answer: KeptAnswer): Promise<boolean>;
  /** The answer that was kept, or null. Never rejects. */
  find(requestId: string, secret: ReplaySecret): Promise<KeptAnswer | null>;
}

/** Longest body that is kept; sealed and encoded it fits into one message of the bus. */
export const MAX_KEPT_BYTES = 600_000;

const TIMEOUT_MS = 2_000;

/** Keeps answers in a stream of the bus, the oldest going first. */
export function createAnswerArchive(
  { bus, effects, log }: {
    readonly bus: Bus & StreamReader;
    readonly effects: Pick<Effects, "random">;
    readonly log: Log;
  },
): AnswerArchive {
  let ready: Promise<void> | null = null;
  const ensured = () => {
    ready ??= bus.ensureStream(ANSWER_STREAM).catch((error) => {
      ready = null;
      throw error;
    });
    return ready;
  };
  return {
    async keep(requestId, secret, { status, headers, body }) {
      if (body.length > MAX_KEPT_BYTES) return false;
      try {
        await ensured();
        const head = JSON.stringify({ status, headers });
        const sealed = seal(secret, requestId, { head, body }, effects.random);
        await bus.publishDurable(subjects.answer(requestId), sealed, {
          messageId: `answer:${requestId}`,
          timeoutMs: TIMEOUT_MS,
        });
        return true;
      } catch (error) {
        log.warn("answer_not_kept", { requestId, error: asField(error) });
        return false;
      }
    },
    async find(requestId, secret) {
      try {
        const [sealed] = await bus.readKept(ANSWER_STREAM.name, subjects.answer(requestId), {
          most: 1,
          timeoutMs: TIMEOUT_MS,
        });
        if (sealed === undefined) return null;
        const { head, body } = open(secret, requestId, sealed);
        const { status, headers } = JSON.parse(head);
        return { status, headers, body };
      } catch (error) {
        log.warn("answer_not_found", { requestId, error: asField(error) });
        return null;
      }
    },
  };
}

function asField(error: unknown): Error | string {
  return error instanceof Error ? error : String(error);
}
