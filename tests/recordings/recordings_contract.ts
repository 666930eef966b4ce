/** What every dialect does with every recording of its API. @module */
import { beforeAll, describe, expect, it } from "vitest";
import type { Bytes, CallRequest, Dialect, StreamState } from "../../proxy/dialects/mod.ts";
import { INPUT_CLASSES, OUTPUT_CLASSES } from "./compare.ts";
import { compareCost, compareUsage } from "./compare.ts";
import type { Recording } from "./recording.ts";
import {
  bytesOut,
  eventEnds,
  parseRecording,
  readerOf,
  type ReadRecording,
  runStream,
  type StreamRun,
} from "./replay.ts";

/** What a dialect does not do with some recordings, and why; each is checked to be so. */
export interface RecordingExceptions {
  /** Requests that are refused by name: the error's code by the recording's id. */
  readonly refused?: Readonly<Record<string, string>>;
  /** Recordings whose usage the dialect reads otherwise, with the reason. */
  readonly otherUsage?: Readonly<Record<string, string>>;
  /** Whether the bytes that come out are the upstream's own; true unless it is said. */
  readonly passesBytes?: boolean;
}

/** Bytes that all cuts of the streams of one dialect may come to: a few seconds. */
const CUT_BYTES = 100_000_000;
/** What a byte in a piece of its own costs, against one in a long piece. */
const SINGLE_BYTE_COST = 20;
const LEAST_CUTS = 4;
const MAX_ABORTS = 60;

/**
 * Usage is the provider's, class by class, however a stream is cut; broken off anywhere, what came out
 * is a beginning and counts only grow. The recordings are those of one dialect.
 */
export function describeRecordings(
  dialect: Dialect,
  recordings: readonly Recording[],
  exceptions: RecordingExceptions = {},
): void {
  const requests = new Map<string, CallRequest>();
  const refusals: Record<string, string> = {};
  const answered = recordings.filter(({ response }) => response.status < 300);

  describe(`recordings of ${dialect.name}`, () => {
    beforeAll(async () => {
      for (const recording of recordings) {
        const { parsed } = await parseRecording(dialect, recording);
        if ("request" in parsed) requests.set(recording.id, parsed.request);
        else if (recording.response.status < 300) refusals[recording.id] = parsed.failure.code;
      }
    });

    const understood = (of: readonly Recording[]) =>
      of.flatMap((recording) => {
        const request = requests.get(recording.id);
        return request === undefined
          ? []
          : [{ recording, ...readerOf(dialect, request, recording) }];
      });
    const streams = () =>
      understood(answered.filter(({ streaming }) => streaming))
        .filter(({ reader }) => reader.streams);

    it("requests that a provider answered are understood, or refused by name", () => {
      const { refused = {} } = exceptions;
      const otherwise = [...Object.keys(refusals), ...Object.keys(refused)]
        .filter((id) => refusals[id] !== refused[id])
        .map((id) => [id, { refused: refusals[id] ?? null, expected: refused[id] ?? null }]);
      expectNothing(Object.fromEntries(otherwise));
    });

    it("whole answers: usage and cost are the provider's", () => {
      const wrong: Record<string, unknown> = {};
      for (const { recording, reader, head, bytes } of understood(answered)) {
        if (reader.streams) continue;
        const reading = reader.readAnswer(bytes, head);
        if ("failure" in reading) {
          if (!hasError(recording)) wrong[recording.id] = reading.failure;
        } else judge(wrong, recording, reading, exceptions);
      }
      expectNothing(wrong);
    });

    it("streams in one piece: usage and cost are the provider's", () => {
      const wrong: Record<string, unknown> = {};
      for (const each of streams()) {
        const { recording } = each;
        const run = runStream(each, [each.bytes]);
        const failed = run.outputs.find(({ kind }) => kind === "failure");
        if (failed !== undefined && !hasError(recording)) wrong[recording.id] = failed;
        else judge(wrong, recording, run.state, exceptions);
        const out = bytesOut(run.outputs);
        if (exceptions.passesBytes !== false && failed === undefined && !same(out, each.bytes)) {
          wrong[`${recording.id} bytes`] = `${out.length} of ${each.bytes.length} came out`;
        }
      }
      expectNothing(wrong);
    });

    it("streams cut anywhere, or into single bytes, come to the same", () => {
      const wrong: Record<string, unknown> = {};
      const all = streams();
      for (const each of all) {
        const whole = summary(each, runStream(each, [each.bytes]));
        for (const pieces of cuts(each.recording, each.bytes, CUT_BYTES / all.length)) {
          const cut = summary(each, runStream(each, pieces));
          if (cut === whole) continue;
          wrong[each.recording.id] = { cutAt: pieces[0]?.length, cut, whole };
          break;
        }
      }
      expectNothing(wrong);
    });

    it("broken off after any event, what came out is a beginning, and counts only grow", () => {
      const wrong: Record<string, unknown> = {};
      for (const each of streams()) {
        const complaint = brokenOff(each, each.recording, exceptions);
        if (complaint !== null) wrong[each.recording.id] = complaint;
      }
      expectNothing(wrong);
    });
  });
}

function judge(
  wrong: Record<string, unknown>,
  recording: Recording,
  read: Pick<StreamState, "usage" | "costNanoUsd">,
  { otherUsage = {} }: RecordingExceptions,
): void {
  const mismatches = compareUsage(read.usage, recording);
  const except = otherUsage[recording.id] !== undefined;
  if (except !== mismatches.length > 0) {
    wrong[recording.id] = except ? "matches, though it is said not to" : mismatches;
  }
  const cost = compareCost(read.costNanoUsd, recording);
  if (cost !== null) wrong[`${recording.id} cost`] = cost;
}

/** What a stream came to, in a form that does not depend on how it was cut. */
function summary({ reader }: ReadRecording, { state, outputs }: StreamRun): string {
  const { counted, finished, done, usage, costNanoUsd } = reader.streamCount(state);
  const kinds = outputs.map(({ kind }) => kind).filter((kind) => kind !== "bytes");
  return JSON.stringify({
    bytes: hash(bytesOut(outputs)),
    kinds,
    counted,
    finished,
    done,
    usage,
    costNanoUsd,
  });
}

function hash(bytes: Bytes): string {
  let sum = 0x811c9dc5;
  for (const byte of bytes) sum = Math.imul(sum ^ byte, 0x01000193);
  return `${bytes.length}:${sum >>> 0}`;
}

/** In events, in single bytes, and in two parts at as many places as the bytes allow. */
function* cuts(recording: Recording, bytes: Bytes, budgetBytes: number): Generator<Bytes[]> {
  const ends = eventEnds(recording, bytes);
  yield ends.map((end, at) => bytes.subarray(ends[at - 1] ?? 0, end));
  const single = bytes.length * SINGLE_BYTE_COST;
  if (single <= budgetBytes) yield Array.from(bytes, (_, at) => bytes.subarray(at, at + 1));
  const left = Math.floor((budgetBytes - single) / (bytes.length + 1_000));
  for (const at of offsets(recording, bytes, ends, Math.max(LEAST_CUTS, left))) {
    yield [bytes.subarray(0, at), bytes.subarray(at)];
  }
}

/** Every offset where there are few; else half of them in the last events with usage, which decide. */
function offsets(
  { id, expected_usage }: Recording,
  bytes: Bytes,
  ends: readonly number[],
  most: number,
): number[] {
  if (bytes.length < most) return Array.from({ length: bytes.length + 1 }, (_, at) => at);
  const found: number[] = [];
  const events = (expected_usage?.occurrences ?? []).slice(-2);
  for (const [event] of events) {
    const from = ends[event - 1] ?? 0;
    const to = ends[event] ?? bytes.length;
    const step = Math.max(1, Math.ceil((to - from) * 2 * events.length / most));
    for (let at = from; at <= to; at += step) found.push(at);
  }
  let seed = [...id].reduce((sum, each) => (sum * 31 + each.charCodeAt(0)) >>> 0, 7);
  while (found.length < most) {
    seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0;
    found.push(seed % bytes.length);
  }
  return found;
}

function expectNothing(wrong: Readonly<Record<string, unknown>>): void {
  const lines = Object.entries(wrong).map(([id, what]) => `${id}: ${JSON.stringify(what)}`);
  expect(lines.length, `\n${lines.join("\n")}\n`).toBe(0);
}

function brokenOff(
  read: ReadRecording,
  recording: Recording,
  { passesBytes = true }: RecordingExceptions,
): unknown {
  const { reader, head, bytes } = read;
  const ends = eventEnds(recording, bytes);
  const every = Math.ceil(ends.length / MAX_ABORTS);
  const whole = bytesOut(runStream(read, [bytes]).outputs);
  let state = reader.streamStart(head);
  const out: Bytes[] = [];
  let most = 0;
  let length = 0;
  for (const [nth, end] of ends.entries()) {
    const [next, outputs] = reader.streamStep(state, bytes.subarray(ends[nth - 1] ?? 0, end));
    state = next;
    const more = bytesOut(outputs);
    out.push(more);
    length += more.length;
    if (!startsWith(whole, more, length - more.length)) return `event ${nth}: not a beginning`;
    if (passesBytes && length > end) return `event ${nth}: more came out than went in`;
    if (nth % every !== 0 && nth !== ends.length - 1) continue;
    const { counted, usage } = reader.streamCount(state);
    if (counted.ascii + counted.other < most) return `event ${nth}: the count of text shrank`;
    most = counted.ascii + counted.other;
    const broken = [...INPUT_CLASSES, ...OUTPUT_CLASSES].some((each) =>
      usage?.[each] !== undefined && !(Number.isSafeInteger(usage[each]) && (usage[each] ?? 0) >= 0)
    );
    if (broken) return { event: nth, usage };
  }
  return null;
}

function startsWith(whole: Bytes, part: Bytes, from: number): boolean {
  return from + part.length <= whole.length &&
    part.every((byte, at) => byte === whole[from + at]);
}

const same = (a: Bytes, b: Bytes) => a.length === b.length && startsWith(a, b, 0);

/** Whether a recording of status 200 is about a failure all the same. */
function hasError({ tags }: Recording): boolean {
  return ["midstream-error", "error-in-200"].some((each) => tags.includes(each));
}
