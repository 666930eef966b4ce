import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  accountIdSchema,
  apiKeyHash,
  createApiKey,
  identifierSchema,
  labelSchema,
  looksLikeApiKey,
  requestIdSchema,
  shardOf,
  uuidv7,
  uuidv7TimeMs,
} from "./mod.ts";

const randomOf = (fill: (index: number) => number) => ({
  bytes: (length: number) => Uint8Array.from({ length }, (_, index) => fill(index)),
});

describe("UUID version 7", () => {
  it("carries its time and is a request id", () => {
    fc.assert(fc.property(
      fc.integer({ min: 0, max: 2 ** 48 - 1 }),
      fc.integer({ min: 0, max: 255 }),
      (nowMs, byte) => {
        const id = uuidv7({ clock: { nowMs: () => nowMs }, random: randomOf(() => byte) });
        return uuidv7TimeMs(id) === nowMs && requestIdSchema.safeParse(id).success;
      },
    ));
  });

  it("sorts as text in the order of time", () => {
    const at = (nowMs: number) =>
      uuidv7({ clock: { nowMs: () => nowMs }, random: randomOf(() => 255 - (nowMs % 255)) });
    expect([at(3_000_000_000_000), at(1), at(255), at(256)].sort()).toEqual([
      at(1),
      at(255),
      at(256),
      at(3_000_000_000_000),
    ]);
  });

  it("is told apart from other versions", () => {
    expect(uuidv7TimeMs("6f2c1f0e-3c1d-4a53-9c7b-0d4b1f9f2f11")).toBeNull();
  });
});

describe("API keys", () => {
  it("have their shape, a hash that is not the secret, and a prefix that reveals little", () => {
    const key = createApiKey(randomOf((index) => index * 7));
    expect(looksLikeApiKey(key.secret)).toBe(true);
    expect(key.hash).toBe(apiKeyHash(key.secret));
    expect(key.secret.startsWith(key.prefix.slice(0, -1))).toBe(true);
    expect(key.prefix).toHaveLength(12);
  });

  it("draw no character from the biased end of a byte", () => {
    let call = 0;
    const key = createApiKey({
      bytes: (length) => new Uint8Array(length).fill(call++ === 0 ? 255 : 1),
    });
    expect(key.secret).toBe(`sk-sgl-${"1".repeat(43)}`);
  });

  it.each(["", "sk-sgl-", "sk-sgl-short", `sk-abc-${"1".repeat(43)}`, `sk-sgl-${"!".repeat(43)}`])(
    "does not take %j for one",
    (text) => {
      expect(looksLikeApiKey(text)).toBe(false);
    },
  );
});

describe("shards", () => {
  it("keep an account where it is for ever", () => {
    expect([shardOf("demo", 1), shardOf("demo", 4), shardOf("acc-1", 4)]).toEqual([0, 0, 1]);
  });

  it("share the accounts evenly", () => {
    const counts = [0, 0, 0, 0];
    for (let index = 0; index < 4_000; index++) counts[shardOf(`account-${index}`, 4)]! += 1;
    for (const count of counts) expect(count).toBeGreaterThan(850);
  });
});

describe("identifiers from outside", () => {
  it.each(["gpt-4o", "openai/gpt-4o", "user@example.com", "a"])("accepts %j", (text) => {
    expect(identifierSchema.safeParse(text).success).toBe(true);
  });

  it.each(["", "-a", "a b", "a\n", "ကျပ်", "x".repeat(129), "a'b"])("refuses %j", (text) => {
    expect(identifierSchema.safeParse(text).success).toBe(false);
  });

  it("confines account ids and labels", () => {
    expect(accountIdSchema.safeParse("Acc").success).toBe(false);
    expect(labelSchema.safeParse("ငွေဖြည့်ရန် ၁").success).toBe(true);
    expect(labelSchema.safeParse("a\u0000b").success).toBe(false);
    expect(labelSchema.safeParse("\ud800").success).toBe(false);
  });
});
