import { describe, expect, it } from "vitest";
import { signServiceToken, verifyServiceToken } from "./mod.ts";

const secret = "0123456789abcdef0123456789abcdef";
const clockAt = (nowMs: number) => ({ nowMs: () => nowMs });
const principal = { actor: "user:42", role: "developer", accountId: "acc-1" } as const;
const signAt = (nowMs: number) =>
  signServiceToken(principal, { secret, clock: clockAt(nowMs), ttlMs: 60_000 });

describe("service tokens", () => {
  it("speak for their principal until they expire", async () => {
    const token = await signAt(1_000_000);
    expect(await verifyServiceToken(token, { secret, clock: clockAt(1_059_000) })).toEqual(
      principal,
    );
    expect(await verifyServiceToken(token, { secret, clock: clockAt(1_060_000) })).toBeNull();
  });

  it("are worthless under another secret, altered, or from the future", async () => {
    const token = await signAt(1_000_000);
    const clock = clockAt(1_000_000);
    expect(await verifyServiceToken(token, { secret: secret.replace("0", "1"), clock })).toBeNull();
    const [header, payload, signature] = token.split(".");
    const admin = btoa(atob(payload!).replace("developer", "admin")).replace(/=+$/, "");
    expect(await verifyServiceToken(`${header}.${admin}.${signature}`, { secret, clock }))
      .toBeNull();
    expect(await verifyServiceToken(token, { secret, clock: clockAt(900_000) })).toBeNull();
  });

  it.each(["", "a.b.c", "null", `${btoa('{"alg":"none"}')}.${btoa('{"sub":"user:1"}')}.`])(
    "refuse %j",
    async (token) => {
      expect(await verifyServiceToken(token, { secret, clock: clockAt(1) })).toBeNull();
    },
  );
});
