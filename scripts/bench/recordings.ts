/** How fast recorded streams are metered, against a stream that is only touched. @module */
import process from "node:process";
import {
  answerBytes,
  clientRequest,
  eventEnds,
  parseRecording,
  readerOf,
  type ReadRecording,
  readRecordings,
} from "../../tests/recordings/mod.ts";
import { findApi } from "../../proxy/api/mod.ts";
import { type Dialect, dialectOf } from "../../proxy/dialects/mod.ts";

import { interleave } from "./rounds.ts";

type Bytes = Uint8Array<ArrayBuffer>;

/** Medians over the rounds; chunks for a second of processor time. */
export interface MeteringFigures {
  /** Chunks of one pass over all recorded streams. */
  readonly chunks: number;
  readonly streams: number;
  /** The readers alone: every step, the end and the count of the text. */
  readonly readersPerSecond: number;
  /** A stream whose chunks pass through the reader of their dialect. */
  readonly meteredPerSecond: number;
  /** The same stream through a transform that looks at nothing. */
  readonly touchingPerSecond: number;
  /** The readers alone, by API. */
  readonly byApi: ReadonlyMap<string, number>;
}

/** How long to measure. */
export interface MeteringOptions {
  readonly rounds: number;
  /** How long each contender runs in a round, in seconds; at least one pass over all streams. */
  readonly seconds: number;
  readonly report: (line: string) => void;
}

interface BenchStream {
  readonly api: string;
  readonly read: ReadRecording;
  readonly chunks: readonly Bytes[];
}

/** Measures all recorded streams whose requests this product takes, cut into their events. */
export async function benchRecordings(options: MeteringOptions): Promise<MeteringFigures> {
  const streams = await benchStreams();
  const chunks = streams.reduce((sum, stream) => sum + stream.chunks.length, 0);
  const passes = (pass: () => Promise<void> | void) => () =>
    chunksPerSecond(chunks, options.seconds, pass);
  const medians = await interleave(
    [
      { name: "touching", measure: passes(() => inStreams(streams, () => (chunk) => chunk)) },
      { name: "metered", measure: passes(() => inStreams(streams, meter)) },
      { name: "readers", measure: passes(() => streams.forEach(readWhole)) },
    ],
    options.rounds,
    options.report,
  );
  const byApi = new Map<string, number>();
  for (const api of new Set(streams.map((stream) => stream.api))) {
    const own = streams.filter((stream) => stream.api === api);
    const count = own.reduce((sum, stream) => sum + stream.chunks.length, 0);
    const perSecond = await chunksPerSecond(
      count,
      options.seconds / 4,
      () => own.forEach(readWhole),
    );
    byApi.set(api, perSecond);
    options.report(`  ${api.padEnd(32)} ${count} chunks  ${perSecond.toFixed(0)}/s`);
  }
  return {
    chunks,
    streams: streams.length,
    readersPerSecond: medians.get("readers")!,
    meteredPerSecond: medians.get("metered")!,
    touchingPerSecond: medians.get("touching")!,
    byApi,
  };
}

async function benchStreams(): Promise<BenchStream[]> {
  const streams: BenchStream[] = [];
  for (const recording of readRecordings({ streaming: true })) {
    if (recording.response.status >= 300) continue;
    const path = clientRequest(recording)?.path.replace(/\?.*$/, "") ?? "";
    const api = findApi(path);
    if (api === null) continue;
    const dialect: Dialect = dialectOf(api.dialect);
    const { parsed } = await parseRecording(dialect, recording);
    if ("failure" in parsed) continue;
    const read = readerOf(dialect, parsed.request, recording);
    if (!read.reader.streams) continue;
    const bytes = answerBytes(recording);
    const ends = eventEnds(recording, bytes);
    const chunks = ends.map((end, at) => bytes.slice(ends[at - 1] ?? 0, end));
    streams.push({ api: recording.api, read, chunks });
  }
  return streams;
}

function readWhole({ read: { reader, head }, chunks }: BenchStream): void {
  let state = reader.streamStart(head);
  for (const chunk of chunks) state = reader.streamStep(state, chunk)[0];
  reader.streamCount(reader.streamEnd(state)[0]);
}

type Touch = (chunk: Bytes) => Bytes | readonly Bytes[];

async function inStreams(
  streams: readonly BenchStream[],
  touchOf: (stream: BenchStream) => Touch,
): Promise<void> {
  for (const stream of streams) {
    const touch = touchOf(stream);
    const transform = new TransformStream<Bytes, Bytes>({
      transform(chunk, controller) {
        const out = touch(chunk);
        if (out instanceof Uint8Array) controller.enqueue(out);
        else for (const each of out) controller.enqueue(each);
      },
    });
    let at = 0;
    const source = new ReadableStream<Bytes>({
      pull(controller) {
        const chunk = stream.chunks[at++];
        if (chunk === undefined) controller.close();
        else controller.enqueue(chunk);
      },
    }, { highWaterMark: 0 });
    const reader = source.pipeThrough(transform).getReader();
    while (!(await reader.read()).done);
  }
}

function meter({ read: { reader, head } }: BenchStream): Touch {
  let state = reader.streamStart(head);
  return (chunk) => {
    const [next, outputs] = reader.streamStep(state, chunk);
    state = next;
    return outputs.flatMap((output) => output.kind === "failure" ? [] : [output.bytes]);
  };
}

/** By the processor time of this process, so that a busy machine does not slow the figure. */
async function chunksPerSecond(
  chunks: number,
  seconds: number,
  pass: () => Promise<void> | void,
): Promise<number> {
  const untilMs = performance.now() + seconds * 1_000;
  const before = process.cpuUsage();
  let passes = 0;
  do {
    await pass();
    passes += 1;
  } while (performance.now() < untilMs);
  const { user, system } = process.cpuUsage(before);
  return passes * chunks / ((user + system) / 1_000_000);
}
