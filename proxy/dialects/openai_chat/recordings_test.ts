import { describe, expect, it } from "vitest";
import { errorBody } from "../../errors.ts";
import {
  arrivedJson,
  bytesOf,
  passedBytes,
  requestOf,
  runStream,
  type StreamRun,
} from "../../../tests/dialects/mod.ts";
import type { Bytes, StreamState } from "../dialect.ts";
import { openaiChat } from "./mod.ts";

interface Recording {
  readonly name: string;
  readonly streaming: boolean;
  readonly response: { status: number; headers: Record<string, string>; body: string };
  readonly expected:
    | { input_total: number; output_total: number; cached: number; reasoning: number }
    | null;
}

const folder = new URL("./testdata/", import.meta.url);
const recordings: Recording[] = [...Deno.readDirSync(folder)]
  .map(({ name }) => ({ name, ...JSON.parse(Deno.readTextFileSync(new URL(name, folder))) }))
  .sort((a, b) => a.name < b.name ? -1 : 1);
const streams = recordings.filter(({ streaming, response }) =>
  streaming && response.status === 200
);
const messages = [{ role: "user", content: "" }];
const readerOf = (stream: boolean) =>
  openaiChat.reader(requestOf(openaiChat, arrivedJson({ model: "m", messages, stream })));
const reader = readerOf(true);
const run = (chunks: readonly Bytes[], end = true) => runStream(reader, chunks, end);
const textOf = (outputs: StreamRun["outputs"]) => new TextDecoder().decode(passedBytes(outputs));

/** What a stream came to, in a form that does not depend on how it was cut. */
function sum({ state, outputs }: StreamRun) {
  const { counted, finished, done, usage } = reader.streamCount(state);
  return {
    text: textOf(outputs),
    kinds: outputs.map(({ kind }) => kind).filter((kind) => kind !== "bytes"),
    counted,
    finished,
    done,
    usage,
  };
}

const total = (usage: StreamState["usage"], classes: readonly string[]) =>
  classes.reduce((all, each) => all + (usage?.[each as keyof typeof usage] ?? 0), 0);

function expectUsage(usage: StreamState["usage"], { expected, name }: Recording) {
  if (expected === null) return expect(usage, name).toBeNull();
  expect({
    input_total: total(usage, ["input", "cached_input", "cache_write_5m", "audio_input"]),
    output_total: total(usage, ["output", "reasoning", "audio_output"]),
    cached: usage?.cached_input ?? 0,
    reasoning: usage?.reasoning ?? 0,
  }).toEqual(expected);
}

describe("recorded streams", () => {
  it.each(streams.map((each) => [each.name, each] as const))(
    "%s: usage is the provider's, and every byte comes out",
    (_name, recording) => {
      const result = run([bytesOf(recording.response.body)]);
      expectUsage(result.state.usage, recording);
      const failed = result.outputs.some(({ kind }) => kind === "failure");
      if (!failed) expect(textOf(result.outputs)).toBe(recording.response.body);
    },
  );

  it.each(streams.map((each) => [each.name, each] as const))(
    "%s: cut in two at any byte, or into single bytes, it comes to the same",
    (_name, { response }) => {
      const bytes = bytesOf(response.body);
      const whole = sum(run([bytes]));
      for (let at = 0; at <= bytes.length; at++) {
        const cut = sum(run([bytes.subarray(0, at), bytes.subarray(at)]));
        // Compared as text first: a thousand deep comparisons would take the test's time.
        if (JSON.stringify(cut) !== JSON.stringify(whole)) expect(cut).toEqual(whole);
      }
      const single = Array.from(bytes, (_, at) => bytes.subarray(at, at + 1));
      expect(sum(run(single))).toEqual(whole);
    },
  );

  it.each(streams.map((each) => [each.name, each] as const))(
    "%s: broken off after any event, what came out is a beginning, and counts only grow",
    (_name, { response }) => {
      const events = response.body.split(/(?<=\r?\n\r?\n)/).map(bytesOf);
      let before = 0;
      for (let taken = 0; taken <= events.length; taken++) {
        const { state, outputs } = run(events.slice(0, taken), false);
        expect(response.body.startsWith(textOf(outputs))).toBe(true);
        const { counted } = reader.streamCount(state);
        expect(counted.ascii + counted.other).toBeGreaterThanOrEqual(before);
        before = counted.ascii + counted.other;
      }
    },
  );
});

describe("recorded answers", () => {
  const answers = recordings.filter(({ streaming, response }) =>
    !streaming && response.status === 200
  );
  it.each(answers.map((each) => [each.name, each] as const))(
    "%s is understood",
    (_name, recording) => {
      const reading = readerOf(false).readAnswer(
        bytesOf(recording.response.body),
        { status: 200, headers: new Headers() },
      );
      if ("failure" in reading) {
        expect(JSON.parse(recording.response.body)).toHaveProperty("error");
        expect(reading.failure.code).toBe("upstream_error");
      } else {
        expectUsage(reading.usage, recording);
      }
    },
  );
});

describe("recorded refusals", () => {
  const refusals = recordings.filter(({ response }) => response.status !== 200);
  it.each(refusals.map((each) => [each.name, each] as const))("%s is classified", (_name, each) => {
    const { status, headers, body } = each.response;
    const { failure, tryNext } = reader.failure({ status, headers: new Headers(headers) }, body);
    const expected: Record<number, string> = {
      400: "upstream_bad_request",
      401: "upstream_authentication",
      429: body.includes("insufficient_quota")
        ? "upstream_quota_exceeded"
        : "upstream_rate_limited",
    };
    expect(failure.code).toBe(expected[status]);
    expect(tryNext).toBe(status !== 400);
    if (status === 401) expect(JSON.stringify(errorBody(failure))).not.toContain("sk-");
    if (headers["retry-after"]) {
      expect(failure.retryAfterMs).toBe(Number(headers["retry-after"]) * 1_000);
    }
  });
});
