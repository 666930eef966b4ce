/** Replays a plan: targets side by side, and the recordings of each one after the other. @module */
import { type ClientRequest, clientRequest, type Recording } from "../../tests/recordings/mod.ts";
import { chunksOf, drawn } from "./chunks.ts";
import { callProxy, type Leaving, requestInit } from "./client.ts";
import { readRecording } from "./folder.ts";
import type { RecordingsOptions } from "./options.ts";
import type { Plan, PlannedReplay, PlannedTarget } from "./plan.ts";
import type { ReplayProduct } from "./product.ts";
import type { ReplayingUpstream } from "./upstream.ts";
import { brokenLine, lineOf, type ReplayLine, unplayableLine } from "./line.ts";

/** What a replay works with. */
export interface ReplayWorld {
  readonly product: ReplayProduct;
  readonly upstream: ReplayingUpstream;
  readonly options: Pick<RecordingsOptions, "chunking" | "seed" | "parallel" | "abort">;
  readonly onLine: (line: ReplayLine) => void;
}

/** How long an upstream waits with its next chunk for the head of the answer to reach the client. */
const HEAD_WAIT_MS = 20;
/** How long what was sent may take to reach a client before it leaves. */
const LEAVE_AFTER_MS = 5;

/** Replays everything; at most `parallel` recordings are in memory at a time. */
export async function runReplays(plan: Plan, world: ReplayWorld): Promise<void> {
  for (const { path, recording, reason, message } of plan.unplayable) {
    world.onLine(unplayableLine(path, recording, { code: reason, message }));
  }
  // The longest queue first, so that no other waits behind it at the end.
  const waiting = [...plan.targets].sort((a, b) => a.replays.length - b.replays.length);
  const takeNext = async () => {
    for (let target = waiting.pop(); target !== undefined; target = waiting.pop()) {
      for (const replay of target.replays) await replayOne(target, replay, world);
    }
  };
  await Promise.all(Array.from({ length: world.options.parallel }, takeNext));
}

async function replayOne(
  target: PlannedTarget,
  replay: PlannedReplay,
  world: ReplayWorld,
): Promise<void> {
  const recording = await readRecording(replay.path);
  const client = clientRequest(recording, replay.model);
  if (client === null) throw new TypeError(`${recording.id} was planned without a path`);
  const { options } = world;
  const chunks = chunksOf(recording, options.chunking, options.seed);
  const staying = options.abort === null || !recording.streaming ||
    recording.response.status >= 400 || chunks.length < 2;
  const leaveAfter = staying ? [null] : leavingChunks(recording, chunks.length, options);
  for (const leftAfterChunk of leaveAfter) {
    const replayed = { target, replay, recording, client, chunks, leftAfterChunk };
    // Whatever happens to one recording, the others are replayed.
    const line = await replayedLine(replayed, world)
      .catch((error) => brokenLine(replay.path, recording, String(error)));
    world.onLine(line);
  }
}

function leavingChunks(
  { id }: Recording,
  chunks: number,
  { abort, seed }: ReplayWorld["options"],
): number[] {
  if (abort !== "every") return [Math.min(abort ?? 1, chunks - 1)];
  return [...new Set([1, 1 + drawn(id, seed, chunks - 1), chunks - 1])].sort((a, b) => a - b);
}

interface Replaying {
  readonly target: PlannedTarget;
  readonly replay: PlannedReplay;
  readonly recording: Recording;
  readonly client: ClientRequest;
  readonly chunks: readonly Uint8Array<ArrayBuffer>[];
  readonly leftAfterChunk: number | null;
}

async function replayedLine(replaying: Replaying, world: ReplayWorld): Promise<ReplayLine> {
  const { target, replay, recording, client, chunks, leftAfterChunk } = replaying;
  const { product, upstream } = world;
  const call = async () => {
    const leave = leftAfterChunk === null ? null : leavingAfter(leftAfterChunk);
    upstream.stage(target.name, { recording, chunks, gate: leave?.gate ?? null });
    const init = requestInit(client, replay.model);
    const outcome = await callProxy(product.proxyUrl, product.apiKey, init, leave?.leaving ?? null);
    // A drained answer is settled when it has come to its end.
    if (outcome.left) await upstream.seen(target.name).over;
    return outcome;
  };
  let outcome = await call();
  if (outcome.status === 402) {
    await product.topUp();
    outcome = await call();
  }
  const { requestId } = outcome;
  return lineOf({
    recording,
    client,
    outcome,
    receipt: requestId === null ? null : await product.receiptOf(requestId),
    price: product.priceOf.get(replay.model) ?? null,
    chunks: chunks.length,
    leftAfterChunk: outcome.left ? leftAfterChunk : null,
  });
}

/**
 * A client that leaves when so many chunks were sent and it has the head of the answer, and an
 * upstream that waits meanwhile. What does not show a head by then goes on chunk by chunk.
 */
function leavingAfter(
  chunks: number,
): { gate: (chunk: number) => Promise<void>; leaving: Leaving } {
  const head = Promise.withResolvers<void>();
  const go = Promise.withResolvers<void>();
  let gone = false;
  return {
    async gate(chunk) {
      if (chunk < chunks || gone) return;
      const seen = await Promise.race([head.promise.then(() => true), pause(HEAD_WAIT_MS)]);
      if (seen !== true) return;
      await pause(LEAVE_AFTER_MS);
      gone = true;
      go.resolve();
      // The proxy learns of it before anything more comes.
      await pause(LEAVE_AFTER_MS);
    },
    leaving: { when: go.promise, onHead: head.resolve },
  };
}

const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));
