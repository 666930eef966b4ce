import { describe, expect, it } from "vitest";
import { composeProxy, type Proxy } from "../../proxy/compose.ts";
import { readProxyConfig } from "../../proxy/config.ts";
import { createEffects, type Effects, platformOf } from "../../shared/effects.ts";
import { createApiKey } from "../../shared/ids/mod.ts";
import type { JsonObject } from "../../shared/json.ts";
import { makeMasterKey } from "../../shared/routing/mod.ts";
import { type Harness, startHarness } from "./harness.ts";

const effects = createEffects(platformOf(globalThis));
const MASTER_KEYS = makeMasterKey(effects.random);

interface Provider {
  /** What it says of its job; null when it has none any more. */
  video: JsonObject | null;
  /** What it answers a new job with, in the place of the job. */
  refusal: Response | null;
  readonly asked: { readonly method: string; readonly url: string; readonly body: unknown }[];
}

const job = (more: JsonObject = {}): JsonObject => ({
  id: "video_upstream_1",
  object: "video",
  model: "sora-upstream",
  status: "queued",
  progress: 0,
  seconds: "8",
  size: "1280x720",
  created_at: 1_700_000_000,
  remixed_from_video_id: "video_secret",
  ...more,
});

interface World extends Harness {
  readonly provider: Provider;
  /** Moves the clock forward. */
  later(ms: number): void;
  /** One more edge before the same ledger and the same provider. */
  edge(masterKeys?: string): Promise<Proxy>;
}

async function start(models: readonly string[] = ["sora-2"]): Promise<World> {
  const provider: Provider = { video: job(), refusal: null, asked: [] };
  let skewMs = 0;
  const moved: Effects = {
    ...effects,
    clock: { nowMs: () => effects.clock.nowMs() + skewMs },
  };
  const upstream = (url: string, init: RequestInit) => {
    const method = init.method ?? "GET";
    provider.asked.push({ method, url, body: init.body });
    return Promise.resolve(answerOf(provider, method, url));
  };
  let world: Parameters<typeof composeProxy>[1] | null = null;
  const config = (masterKeys: string, edge: string) =>
    readProxyConfig({
      SARGALAY_EDGE_ID: edge,
      SARGALAY_MASTER_KEYS: masterKeys,
      SARGALAY_UPSTREAMS: JSON.stringify([{
        name: "up",
        profile: "openai",
        baseUrl: "https://up.example/v1",
        apiKey: "sk-theirs",
        models: { "sora-2": "sora-upstream" },
      }]),
    });
  const harness = await startHarness({
    config: config(MASTER_KEYS, "edge-1"),
    models,
    effects: moved,
    fetch,
    compose: (settings, given) => {
      world = { ...given, fetch: upstream };
      return composeProxy(settings, world);
    },
  });
  return {
    ...harness,
    provider,
    later: (ms) => skewMs += ms,
    async edge(masterKeys = MASTER_KEYS) {
      if (world === null) throw new Error("there is no world yet");
      const another = await composeProxy(config(masterKeys, "edge-2"), { ...world });
      for (;;) {
        const health = await another.fetch(new Request("http://edge-2/health"));
        if (health.ok) return another;
        await effects.timers.sleep(5);
      }
    },
  };
}

function answerOf({ video, refusal }: Provider, method: string, url: string): Response {
  if (method === "POST" && refusal !== null) return refusal;
  if (video === null) {
    return Response.json({ error: { message: "No such video: video_upstream_1" } }, {
      status: 404,
    });
  }
  if (method === "DELETE") {
    return Response.json({ id: video.id as string, object: "video.deleted", deleted: true });
  }
  return url.includes("/content")
    ? new Response(Uint8Array.of(1, 2, 3), { headers: { "content-type": "video/mp4" } })
    : Response.json(video);
}

const request = { model: "sora-2", prompt: "A river at dawn", seconds: "8", size: "1280x720" };

async function create(world: World, body: unknown = request) {
  const response = await world.call("/v1/videos", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  return { response, json: await response.json() };
}

async function look(world: World, path: string, init: RequestInit = {}) {
  const response = await world.call(path, init);
  return { response, json: await response.json() };
}

const holds = ({ ledger }: World) => ledger.told.filter(({ type }) => type === "PlaceHold");

describe("a video", () => {
  it("is held when it is asked for, and charged when the provider says that it is made, once", async () => {
    const world = await start();
    const { json, response } = await create(world);
    expect(response.status).toBe(200);
    expect(holds(world)[0]?.body).toMatchObject({
      endpoint: "videos",
      unitsBound: { seconds: 8, requests: 1 },
      outputTokensRequested: 0,
      holdTtlMs: 1_800_000,
    });
    expect(json).toMatchObject({ object: "video", model: "sora-2", status: "queued" });
    expect(JSON.stringify(json)).not.toMatch(/video_upstream_1|sora-upstream|video_secret/);

    world.provider.video = job({ status: "in_progress", progress: 40 });
    expect((await look(world, `/v1/videos/${json.id}`)).json).toMatchObject({ progress: 40 });
    expect((await look(world, `/v1/videos/${json.id}/content`)).response.status).toBe(409);
    expect((await look(world, `/v1/videos/${json.id}`, { method: "DELETE" })).response.status)
      .toBe(409);
    expect(world.ledger.ends()).toEqual([]);

    world.provider.video = job({ status: "completed", progress: 100, seconds: "7.2" });
    for (let times = 0; times < 3; times++) {
      const done = await look(world, `/v1/openai/videos/${json.id}`);
      expect(done.json).toMatchObject({ id: json.id, status: "completed" });
      expect(done.response.headers.get("x-sargalay-cost")).toBe("8");
    }
    expect(world.ledger.ends().map(({ type, body }) => ({ type, usage: body.usage })))
      .toEqual([{ type: "SettleHold", usage: { seconds: 8 } }]);
    const [end] = world.ledger.ends();
    expect(end?.body).toMatchObject({
      requestId: response.headers.get("x-request-id"),
      evidence: "reported",
      call: { provider: "up", upstreamModel: "sora-upstream", outcome: "completed" },
    });
    await world.stop();
  });

  it("can be fetched and forgotten when it is made, and is charged before", async () => {
    const world = await start();
    const { json } = await create(world);
    world.provider.video = job({ status: "completed" });
    const content = await world.call(`/v1/videos/${json.id}/content?variant=thumbnail`);
    expect([content.status, content.headers.get("content-type")]).toEqual([200, "video/mp4"]);
    expect([...await content.bytes()]).toEqual([1, 2, 3]);
    expect(world.ledger.ends()).toHaveLength(1);
    expect(world.provider.asked.at(-1)?.url).toBe(
      "https://up.example/v1/videos/video_upstream_1/content?variant=thumbnail",
    );
    const odd = await look(world, `/v1/videos/${json.id}/content?variant=x%26y`);
    expect(odd.response.status).toBe(400);
    expect((await look(world, `/v1/videos/${json.id}`, { method: "DELETE" })).json).toEqual({
      id: json.id,
      object: "video.deleted",
      deleted: true,
    });
    await world.stop();
  });

  it("costs nothing when it fails, and says why", async () => {
    const world = await start();
    const { json } = await create(world);
    const error = { code: "moderation_blocked", message: "Your request was blocked." };
    world.provider.video = job({ status: "failed", error });
    expect((await look(world, `/v1/videos/${json.id}`)).json).toMatchObject({
      status: "failed",
      error,
    });
    expect(world.ledger.ends().map(({ type, body }) => [type, body.reason, body.call])).toEqual([[
      "ReleaseHold",
      "upstream_failed",
      expect.objectContaining({ outcome: "content_filtered" }),
    ]]);
    await world.stop();
  });

  it("that is refused gives its hold back, in OpenAI's form", async () => {
    const world = await start();
    world.provider.refusal = Response.json(
      { error: { message: "Bad prompt.", type: "invalid_request_error", code: "bad_prompt" } },
      { status: 400 },
    );
    const { response, json } = await create(world);
    expect([response.status, json.error.message]).toEqual([400, "Bad prompt."]);
    expect((await world.ledger.ended(1)).map(({ type }) => type)).toEqual(["ReleaseHold"]);
    await world.stop();
  });

  it("is charged without any client, by the edge's own looking", async () => {
    const world = await start();
    await create(world);
    world.later(6_000);
    while (world.provider.asked.length < 2) await effects.timers.sleep(5);
    expect(world.ledger.ends()).toEqual([]);
    world.provider.video = job({ status: "completed", seconds: undefined as never });
    world.later(6_000);
    const [end] = await world.ledger.ended(1);
    // Where the provider does not say what it made, what was asked for is the bound.
    expect(end?.body).toMatchObject({ usage: { seconds: 8 }, evidence: "bounded" });
    const { length } = world.provider.asked;
    world.later(60_000);
    await effects.timers.sleep(60);
    expect(world.provider.asked).toHaveLength(length);
    await world.stop();
  });

  it("whose beginning is its end is charged at once", async () => {
    const world = await start();
    world.provider.video = job({ status: "completed", seconds: 8 });
    await create(world);
    expect(await world.ledger.ended(1)).toHaveLength(1);
    await world.stop();
  });
});

describe("a video and several edges", () => {
  const ask = (world: World, edge: Proxy, id: string, secret = world.secret) =>
    edge.fetch(
      new Request(`http://edge-2/v1/videos/${id}`, {
        headers: { authorization: `Bearer ${secret}` },
      }),
    );

  it("is charged by whichever is asked, and both say the same to the ledger", async () => {
    const world = await start();
    const { json } = await create(world);
    const edge = await world.edge();
    expect((await (await ask(world, edge, json.id)).json()).status).toBe("queued");
    world.provider.video = job({ status: "completed", completed_at: 1_700_000_100 });
    expect((await (await ask(world, edge, json.id)).json()).status).toBe("completed");
    await look(world, `/v1/videos/${json.id}`);
    const ends = world.ledger.told.filter(({ type }) => type === "SettleHold");
    expect(new Set(ends.map(({ operationId }) => operationId)).size).toBe(1);
    expect(new Set(ends.map(({ body }) => JSON.stringify(body))).size).toBe(1);
    await edge.close();
    await world.stop();
  });

  it("is charged after its edge has gone, even when its hold has expired; a failure is not", async () => {
    for (const status of ["completed", "failed"]) {
      const world = await start();
      const { json } = await create(world);
      expect(await world.proxy.close()).toBe(0);
      expect(world.ledger.ends()).toEqual([]);
      world.ledger.expireHolds();
      const edge = await world.edge();
      world.provider.video = job({ status });
      for (let times = 0; times < 2; times++) {
        expect((await (await ask(world, edge, json.id)).json()).status).toBe(status);
      }
      const sent = world.ledger.told.filter(({ type }) => /^(Settle|Release)Hold$/.test(type));
      expect(sent.map(({ type }) => type)).toEqual(status === "completed" ? ["SettleHold"] : []);
      await edge.close();
      await world.stop();
    }
  });

  it("is unknown to who made its id up, to other accounts, and without the gateway's key", async () => {
    const world = await start();
    const { json } = await create(world);
    const { length } = world.provider.asked;
    const at = json.id.length - 30;
    const other = json.id[at] === "A" ? "B" : "A";
    const changed = json.id.slice(0, at) + other + json.id.slice(at + 1);
    for (const id of [changed, "video_upstream_1", "video_", `video_${"A".repeat(200)}`]) {
      expect((await look(world, `/v1/videos/${id}`)).response.status).toBe(404);
    }
    const foreign = await world.edge(makeMasterKey(effects.random));
    expect((await ask(world, foreign, json.id)).status).toBe(404);
    const edge = await world.edge();
    const { secret, hash: keyHash } = createApiKey(effects.random);
    expect((await ask(world, edge, json.id, secret)).status).toBe(401);
    world.ledger.setKey({ keyHash, accountId: "acc-2" });
    let status = 401;
    while (status === 401) {
      await effects.timers.sleep(5);
      status = (await ask(world, edge, json.id, secret)).status;
    }
    expect(status).toBe(404);
    expect(world.provider.asked).toHaveLength(length);
    expect((await ask(world, edge, json.id)).status).toBe(200);
    await Promise.all([edge.close(), foreign.close()]);
    await world.stop();
  });
});

describe("a request for a video", () => {
  it.each<readonly [string, JsonObject, number]>([
    ["more than one", { n: 2 }, 400],
    ["a larger picture", { size: "1792x1024" }, 400],
    ["no whole seconds", { seconds: "4.5" }, 400],
    ["an hour", { seconds: 3_600 }, 400],
    ["no prompt", { prompt: "" }, 400],
    ["another model", { model: "veo" }, 404],
  ])("is refused for %s", async (_what, more, status) => {
    const world = await start();
    const { response } = await create(world, { ...request, ...more });
    expect(response.status).toBe(status);
    expect([holds(world), world.provider.asked]).toEqual([[], []]);
    await world.stop();
  });

  it("goes upstream with the seconds that are held, as JSON and as a form", async () => {
    const world = await start();
    await create(world, { model: "sora-2", prompt: "A river" });
    expect(JSON.parse(String(world.provider.asked[0]?.body))).toEqual({
      model: "sora-upstream",
      prompt: "A river",
      seconds: "4",
    });
    const form = new FormData();
    form.append("prompt", "A river");
    form.append("seconds", "4");
    form.append("seconds", "12");
    form.append("input_reference", new File([Uint8Array.of(9)], "a.png"));
    const response = await world.call("/v1/videos", { method: "POST", body: form });
    await response.body?.cancel();
    const sent = world.provider.asked.at(-1)?.body as FormData;
    expect([sent.getAll("seconds"), sent.get("model")]).toEqual([["12"], "sora-upstream"]);
    expect(sent.get("input_reference")).toBeInstanceOf(File);
    expect(holds(world).at(-1)?.body.unitsBound).toEqual({ seconds: 12, requests: 1 });
    await world.stop();
  });

  it("has paths that are not there, because nobody could meter them", async () => {
    const world = await start();
    const { json } = await create(world);
    const status = async (method: string, path: string) => {
      const response = await world.call(path, { method });
      await response.body?.cancel();
      return response.status;
    };
    expect(await status("GET", "/v1/videos")).toBe(405);
    expect(await status("POST", `/v1/videos/${json.id}`)).toBe(405);
    expect(await status("POST", `/v1/videos/${json.id}/remix`)).toBe(404);
    expect(await status("POST", "/v1/videos/edits")).toBe(404);
    await world.stop();
  });

  it("works with OpenAI's own client", async () => {
    const world = await start();
    const made = await world.client.videos.create({
      model: "sora-2",
      prompt: "A river",
      seconds: "8",
    });
    world.provider.video = job({ status: "completed" });
    expect((await world.client.videos.retrieve(made.id)).status).toBe("completed");
    const content = await world.client.videos.downloadContent(made.id);
    expect((await content.arrayBuffer()).byteLength).toBe(3);
    await world.client.videos.delete(made.id);
    expect(await world.ledger.ended(1)).toHaveLength(1);
    await world.stop();
  });
});
