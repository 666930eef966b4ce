import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { DomainEvent, EventPayload } from "../../shared/events/mod.ts";
import { createEffects, platformOf } from "../../shared/effects.ts";
import { signServiceToken } from "../../shared/identity/mod.ts";
import { silentLog } from "../../shared/log.ts";
import { appendEvents, openLog, type TestLog } from "../../tests/projections/mod.ts";
import { composeProjections, type Projections } from "../compose.ts";

const effects = createEffects(platformOf(globalThis));
const secret = "a secret of the rooms, long enough to be one";

let log: TestLog;
let room: Projections;

function price(model: string, facts: Partial<EventPayload<"PricePublished">>): DomainEvent {
  return {
    type: "PricePublished",
    payload: {
      model,
      priceVersion: 1,
      displayName: model,
      ownedBy: "maker",
      ratesPicoUsdPerUnit: { input: 1n },
      contextWindowTokens: 1,
      maxOutputTokens: 1,
      source: "test",
      ...facts,
    },
  };
}

beforeAll(async () => {
  log = await openLog("pglite");
  await appendEvents(log.db, [
    price("a/chat", { providers: ["groq", "gemini"], displayName: "Quick 100%" }),
    price("b/chat", { kind: "chat", ownedBy: "groq" }),
    price("c/embed", { kind: "embedding", providers: ["groq"] }),
    // Only the newest price counts: this one is no longer an image model, nor Gemini's.
    price("d/moved", { kind: "image", providers: ["gemini"] }),
    price("d/moved", { priceVersion: 2, kind: "video", providers: ["xai"] }),
  ], { recordedAtMs: Date.parse("2026-11-20T17:00:00Z"), stepMs: 1_000 });
  room = await composeProjections(
    { serviceSecret: secret, shards: 1, alertWebhook: null },
    { db: log.db, bus: null, effects, log: silentLog, fetch },
  );
  await room.runner.catchUp();
});

afterAll(async () => {
  await room.close();
  await log.close();
});

async function read(
  query: string,
): Promise<{ status: number; models: string[]; next: string | null }> {
  const principal = { actor: "user:admin", role: "admin", accountId: null } as const;
  const token = await signServiceToken(principal, {
    secret,
    clock: effects.clock,
    ttlMs: 60_000,
  });
  const response = await room.fetch(
    new Request(`http://127.0.0.1/v1/prices?${query}`, {
      headers: { authorization: `Bearer ${token}` },
    }),
  );
  const body = await response.json();
  const models = (body.items ?? []).map(({ model }: { model: string }) => model);
  return { status: response.status, models, next: body.nextCursor ?? null };
}

describe("prices", () => {
  it.each([
    ["provider=groq", ["a/chat", "b/chat", "c/embed"]],
    ["provider=gemini", ["a/chat"]],
    ["kind=chat", ["a/chat", "b/chat"]],
    ["kind=image", []],
    ["kind=embedding&provider=groq", ["c/embed"]],
    ["text=QUICK", ["a/chat"]],
    ["text=%25", ["a/chat"]],
    ["text=/embed", ["c/embed"]],
    ["model=d/moved", ["d/moved"]],
    ["model=d", []],
  ])("that fit %s are %j", async (query, models) => {
    expect(await read(query)).toEqual({ status: 200, models, next: null });
  });

  it("that fit are paged", async () => {
    const first = await read("provider=groq&limit=2");
    expect(first.models).toEqual(["a/chat", "b/chat"]);
    const rest = await read(`provider=groq&limit=2&cursor=${first.next}`);
    expect(rest).toEqual({ status: 200, models: ["c/embed"], next: null });
  });

  it("of a kind that is none are refused", async () => {
    expect((await read("kind=poem")).status).toBe(400);
  });
});
