import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createEffects, platformOf } from "../effects.ts";
import {
  envelopeSchema,
  fingerprintOf,
  makeMasterKey,
  openSecret,
  parseMasterKeys,
  providerSecretSchema,
  randomFromContext,
  rewrapEnvelope,
  type SealedPlace,
  sealSecret,
} from "./mod.ts";

const { random } = createEffects(platformOf(globalThis));
const [first, second] = [makeMasterKey(random), makeMasterKey(random)];
const oldKeys = parseMasterKeys(first);
const bothKeys = parseMasterKeys(`${second},\n ${first}`);
const newKeys = parseMasterKeys(second);
const place: SealedPlace = {
  provider: "groq",
  level: "user",
  ownerId: "acc-1/u-1",
  keyId: "pk-1",
};
const secret = "gsk_0123456789abcdef";
const sealed = sealSecret(secret, place, { masterKeys: oldKeys, random });

describe("a sealed secret", () => {
  it("fits its schema, opens in its place, and shows nothing of itself", () => {
    const secrets = fc.string({
      unit: fc.integer({ min: 0x21, max: 0x7e }).map((code) => String.fromCharCode(code)),
      minLength: 4,
      maxLength: 4_096,
    });
    fc.assert(
      fc.property(secrets, (any) => {
        const envelope = sealSecret(providerSecretSchema.parse(any), place, {
          masterKeys: oldKeys,
          random,
        });
        expect(envelopeSchema.parse(envelope)).toEqual(envelope);
        expect(openSecret(envelope, place, oldKeys)).toBe(any);
        expect(openSecret(envelope, place, newKeys)).toBeNull();
      }),
      { numRuns: 50 },
    );
    expect(JSON.stringify(sealed)).not.toContain(secret);
  });

  it.each([
    ["provider", { provider: "openai" }],
    ["level", { level: "organisation" as const }],
    ["owner", { ownerId: "acc-1/u-2" }],
    ["key", { keyId: "pk-2" }],
  ])("does not open in the place of another %s", (_what, other) => {
    expect(openSecret(sealed, { ...place, ...other }, oldKeys)).toBeNull();
    const elsewhere = { masterKeys: bothKeys, random };
    expect(rewrapEnvelope(sealed, { ...place, ...other }, elsewhere)).toBeNull();
  });

  it.each(["wrapNonce", "wrappedKey", "nonce", "ciphertext"] as const)(
    "does not open when one bit of its %s is another",
    (member) => {
      const bytes = Uint8Array.fromBase64(sealed[member]);
      for (let bit = 0; bit < bytes.length * 8; bit += 7) {
        const changed = bytes.slice();
        changed[bit >> 3]! ^= 1 << (bit & 7);
        expect(openSecret({ ...sealed, [member]: changed.toBase64() }, place, oldKeys)).toBeNull();
      }
    },
  );

  it("has a data key of its own each time", () => {
    const again = sealSecret(secret, place, { masterKeys: oldKeys, random });
    expect(again.ciphertext).not.toBe(sealed.ciphertext);
    expect(again.wrappedKey).not.toBe(sealed.wrappedKey);
  });

  it("is the same for the same context, and another for any other", () => {
    const seal = (...context: string[]) =>
      sealSecret(secret, place, {
        masterKeys: oldKeys,
        random: randomFromContext(oldKeys, context),
      });
    expect(seal("op-1", secret)).toEqual(seal("op-1", secret));
    expect(seal("op-1", secret)).not.toEqual(seal("op-2", secret));
    expect(seal("op", "1")).not.toEqual(seal("op1", ""));
    expect(openSecret(seal("op-1", secret), place, oldKeys)).toBe(secret);
  });
});

describe("rotation of the master key", () => {
  it("wraps the data key anew, so that the former master key is no longer needed", () => {
    const rotated = rewrapEnvelope(sealed, place, { masterKeys: bothKeys, random })!;
    expect(rotated.masterKeyId).toBe(newKeys[0].id);
    expect(rotated.ciphertext).toBe(sealed.ciphertext);
    expect(openSecret(rotated, place, newKeys)).toBe(secret);
    expect(openSecret(rotated, place, oldKeys)).toBeNull();
  });

  it("leaves alone what is wrapped already, and what it cannot open", () => {
    expect(rewrapEnvelope(sealed, place, { masterKeys: oldKeys, random })).toBe(sealed);
    expect(rewrapEnvelope(sealed, place, { masterKeys: newKeys, random })).toBeNull();
  });
});

describe("the setting of master keys", () => {
  it.each([
    ["nothing", "", "no master key"],
    ["a key without an id", first.split(":")[1]!, "master key 1"],
    ["a short key", "mk-1:AAAA", "master key 1"],
    ["a broken second", `${first},mk-2`, "master key 2"],
    ["one id twice", `${first},${first}`, "same id"],
  ])("refuses %s without showing it", (_what, text, why) => {
    expect(() => parseMasterKeys(text)).toThrow(why);
    try {
      parseMasterKeys(text);
    } catch (error) {
      expect(`${error}`).not.toContain("AAAA");
      expect(`${error}`).not.toContain(first.split(":")[1]);
    }
  });
});

describe("a fingerprint", () => {
  it("is the end and the beginning of a digest; of a short key only the digest", () => {
    expect(fingerprintOf("gsk_0123456789abcdef").last4).toBe("cdef");
    expect(fingerprintOf("test")).toEqual({ last4: "", sha256Prefix: "9f86d081" });
  });
});
