import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  type RecordingsOptions,
  replayFolder,
  type ReplayLine,
  type Summary,
  upstreamsFor,
} from "../../scripts/recordings/mod.ts";
import { startRooms } from "../../scripts/recordings/compose.ts";
import { freePort } from "../servers/mod.ts";
import { recordingsOf, writeFolder } from "./folder.ts";
import { readRecordings, type Recording } from "./mod.ts";

const KNOWN = recordingsOf([
  "groq.openai.chat.completions.stream.200.fa5fabb3b0",
  "openai.openai.chat.completions.stream.200.3001f241af",
  "xai.openai.chat.completions.stream.200.78f7f0c79b",
]);
const FAILING = readRecordings({ api: "openai.chat.completions", provider: "openai" })
  .filter(({ response }) => response.status === 401 || response.status === 429).slice(0, 2);

const [known, plain] = KNOWN as [Recording, Recording];

/** What somebody recorded whom this project has never heard of. */
const unheard = (id: string, more: Partial<Recording> = {}): Recording => ({
  ...known,
  id,
  provider: "nowhere-ai",
  request: { ...known.request, url: "https://api.nowhere.invalid/openai/v1/chat/completions" },
  ...more,
});

const falsified: Recording = {
  ...plain,
  id: "falsified",
  provider: "falsified-ai",
  expected_usage: {
    ...known.expected_usage!,
    ambiguous: [],
    inclusive: { input_total: 1_234_567, input_uncached: null, output_total: 7 },
  },
};

const PLAIN_MESSAGES = [{ role: "user", content: "Mingalaba!" }];
const PLAIN_ANSWER = JSON.stringify({
  choices: [{ index: 0, message: { role: "assistant", content: "Hi." }, finish_reason: "stop" }],
});

const options = (folder: string): RecordingsOptions => ({
  folder,
  json: true,
  chunking: "random",
  seed: 7,
  parallel: 4,
  abort: null,
  demoFile: null,
  upstreamPort: 0,
  printUpstreams: false,
});

describe("replaying a folder through the running proxy", () => {
  let folder = "";
  let summary: Summary;
  const lines = new Map<string, ReplayLine>();

  beforeAll(async () => {
    folder = await writeFolder({
      "index.json": { split: "not a recording" },
      ...Object.fromEntries([...KNOWN, ...FAILING].map((each) => [`${each.id}.json`, each])),
      "nowhere-ai/deeper/one.json": unheard("unheard-of"),
      "nowhere-ai/two.json": unheard("unheard-of-route", { api: "martian.telepathy" }),
      "nowhere-ai/bare.json": {
        id: "bare",
        provider: "nowhere-ai",
        api: known.api,
        request: { url: known.request.url, body: { model: "m", messages: PLAIN_MESSAGES } },
        response: { status: 200, body: PLAIN_ANSWER },
      },
      "falsified-ai/three.json": falsified,
      "nowhere-ai/four.json": "{ this is cut o",
      "nowhere-ai/five.json": { id: "no-exchange" },
    });
    summary = await replayFolder(options(folder), (line) => lines.set(line.id, line));
  });
  afterAll(() => Deno.remove(folder, { recursive: true }));

  const lineOf = (id: string) => {
    const line = lines.get(id);
    if (line === undefined) throw new Error(`no line for ${id}: ${[...lines.keys()]}`);
    return line;
  };

  it.each(KNOWN.map(({ id }) => [id]))("%s: metered, charged and settled as recorded", (id) => {
    const line = lineOf(id);
    expect(line).toMatchObject({ verdict: "matched", state: "settled", evidence: "reported" });
    expect(BigInt(line.chargeMicroKyat ?? 0)).toBeGreaterThan(0n);
    expect(line.holdCoversCharge).toBe(true);
  });

  it.each(FAILING.map(({ id }) => [id]))("%s: the provider's error costs nothing", (id) => {
    expect(lineOf(id)).toMatchObject({
      verdict: "error_matched",
      state: "released",
      chargeMicroKyat: "0",
    });
    expect(lineOf(id).errorClass).toMatch(/^upstream_/);
  });

  it("a provider that nobody has heard of is taken for an OpenAI-compatible one", () => {
    expect(lineOf("unheard-of")).toMatchObject({ verdict: "matched", provider: "nowhere-ai" });
  });

  it("a recording without all that may be left out is replayed as well", () => {
    expect(lineOf("bare")).toMatchObject({ verdict: "unreported", evidence: "observed" });
  });

  it("an API without a route and a file that is no recording are refused, and it is said", () => {
    expect(lineOf("unheard-of-route").refused).toEqual({ code: "no_route", param: null });
    const unreadable = [...lines.values()].filter(({ refused }) => refused?.code === "unreadable");
    expect(unreadable.map(({ id }) => id.replace(/^.*\//, "")).sort())
      .toEqual(["five.json", "four.json"]);
  });

  it("what was metered otherwise than recorded is told class by class, and nothing passes", () => {
    const line = lineOf("falsified");
    expect(line.verdict).toBe("mismatched");
    expect(line.mismatches.map(({ what }) => what)).toContain("input_total");
    expect(summary.verdicts.mismatched).toBe(1);
    expect(summary.mismatchedByClass.input_total).toBe(1);
    expect(summary.passed).toBe(false);
  });

  it("counts every recording once", () => {
    expect(summary.recordings).toBe(KNOWN.length + FAILING.length + 6);
    expect(Object.values(summary.verdicts).reduce((sum, each) => sum + each, 0))
      .toBe(summary.recordings);
  });
});

describe("replaying with clients that go away", () => {
  it("is graded by what is known, and costs at most the hold", async () => {
    const folder = await writeFolder(
      Object.fromEntries(KNOWN.map((each) => [`${each.provider}/${each.id}.json`, each])),
    );
    const lines: ReplayLine[] = [];
    try {
      const abort = { ...options(folder), chunking: "events" as const, abort: 2 };
      const summary = await replayFolder(abort, (line) => lines.push(line));
      expect(summary.passed).toBe(true);
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
    for (const line of lines) {
      expect(line).toMatchObject({ verdict: "aborted", state: "settled", holdCoversCharge: true });
      expect(line.leftAfterChunk).toBe(2);
    }
    // OpenAI stops when its client goes, so that its usage is never told; who goes on is drained.
    const gradeOf = (provider: string) =>
      lines.find((line) => line.provider === provider)?.evidence;
    expect(gradeOf("openai")).toBe("observed");
  });
});

describe("replaying through a product that runs already", () => {
  it("needs the upstreams that it prints, and leaves the product running", async () => {
    const folder = await writeFolder({ "groq/one.json": known });
    const demoFile = await Deno.makeTempFile({ prefix: "sargalay-recordings-test-" });
    const asked = { ...options(folder), demoFile, upstreamPort: freePort() };
    const rooms = await startRooms({ SARGALAY_UPSTREAMS: await upstreamsFor(asked) });
    try {
      await Deno.writeTextFile(demoFile, JSON.stringify(rooms));
      const summary = await replayFolder(asked, () => {});
      expect(summary.verdicts).toEqual({ matched: 1 });
      const health = await fetch(`${rooms.proxyUrl}/health`);
      await health.body?.cancel();
      expect(health.ok).toBe(true);
    } finally {
      await rooms.close();
      await Deno.remove(demoFile);
      await Deno.remove(folder, { recursive: true });
    }
  });
});
