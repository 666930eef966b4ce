import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { signServiceToken, verifyServiceToken } from "../../shared/identity/mod.ts";
import type { Principal } from "../../shared/permissions.ts";
import { anyText, HOSTILE_VALUES } from "./hostile.ts";

const secret = "a secret of at least thirty-two letters";
const clock = { nowMs: () => 1_800_000_000_000 };
const principal: Principal = { actor: "user:u-1", role: "developer", accountId: "acc-1" };
const token = await signServiceToken(principal, { secret, clock, ttlMs: 60_000 });
const verify = (text: string, nowMs = clock.nowMs()) =>
  verifyServiceToken(text, { secret, clock: { nowMs: () => nowMs } });

const base64url = (value: unknown) =>
  btoa(String.fromCharCode(...new TextEncoder().encode(JSON.stringify(value))))
    .replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");

describe("a token between rooms", () => {
  it("speaks for its principal, and for nobody before or after its time", async () => {
    expect(await verify(token)).toEqual(principal);
    expect(await verify(token, clock.nowMs() + 60_000)).toBeNull();
    expect(await verify(token, clock.nowMs() - 61_000)).toBeNull();
  });

  it("damaged anywhere, speaks for nobody else", async () => {
    const damage = fc.tuple(fc.nat(), fc.nat(2), anyText(2));
    await fc.assert(
      fc.asyncProperty(damage, async ([at, remove, insert]) => {
        const start = at % token.length;
        const damaged = token.slice(0, start) + insert + token.slice(start + remove);
        // The last letter of a signature has two bits that say nothing; all else must count.
        const speaksFor = await verify(damaged);
        expect([null, principal]).toContainEqual(speaksFor);
        const [head, payload] = damaged.split(".");
        if (`${head}.${payload}` !== token.slice(0, token.lastIndexOf("."))) {
          expect(speaksFor).toBeNull();
        }
      }),
      { numRuns: 600 },
    );
  });

  it("cut short at any length speaks for nobody", async () => {
    for (let length = 0; length < token.length; length++) {
      expect(await verify(token.slice(0, length))).toBeNull();
    }
  });

  it("without a signature, or with another algorithm's, speaks for nobody", async () => {
    const [head, payload, signature] = token.split(".");
    for (
      const alg of ["none", "None", "", "HS384", "HS512", "RS256", "EdDSA", null, 256, ["HS256"]]
    ) {
      const header = base64url({ alg, typ: "JWT" });
      for (const end of ["", signature]) {
        expect(await verify(`${header}.${payload}.${end}`)).toBeNull();
      }
    }
    expect(await verify(`${head}.${payload}.`)).toBeNull();
    expect(await verify(`${head}.${base64url({ sub: "user:u-1", role: "admin" })}.${signature}`))
      .toBeNull();
  });

  it("that is no token at all is refused without a word", async () => {
    for (const value of HOSTILE_VALUES) {
      if (typeof value === "string") expect(await verify(value)).toBeNull();
      else expect(await verify(`${base64url(value)}.${base64url(value)}.AAAA`)).toBeNull();
    }
    await fc.assert(
      fc.asyncProperty(fc.array(anyText(), { maxLength: 4 }), async (parts) => {
        expect(await verify(parts.join("."))).toBeNull();
      }),
    );
  });
});
