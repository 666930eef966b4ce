import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { endorsementText, keyHashOf, type SigningKey } from "../../ledger/integrity/mod.ts";
import { fromBase64 } from "../../shared/verifier/mod.ts";
import type { Forgery } from "./forge.ts";
import { FIRST_KEY, ORIGIN, SECOND_KEY } from "./real_ledger.ts";
import { ATTACKER, exportStories, PERFECT, type Tampering, verdictsOn } from "./verdict.ts";

const directory = await Deno.makeTempDir({ prefix: "sargalay-audit-" });
const { verdict } = verdictsOn(`${directory}/whole`);
const onLate = verdictsOn(`${directory}/late`).verdict;

beforeAll(() => exportStories(directory));
afterAll(() => Deno.remove(directory, { recursive: true }));

const tell = (...keys: readonly SigningKey[]) =>
  keys.map(({ publicKey }) => ({ name: ORIGIN, publicKey: fromBase64(publicKey)! }));

const byAttacker: Tampering = { effort: "checkpoints", key: "attacker" };

/** Puts the attacker's key in a key's place. */
function usurpKey(payload: Record<string, unknown>, endorsement: string | null): void {
  payload["publicKey"] = ATTACKER.publicKey;
  payload["keyHash"] = keyHashOf(ORIGIN, ATTACKER.publicKey);
  payload["endorsement"] = endorsement;
}

const byItself = ATTACKER.sign(endorsementText(ORIGIN, ATTACKER.publicKey)).toBase64();

describe("the signing keys", () => {
  it("that were rotated must be endorsed", async () => {
    const { failed } = await verdict(PERFECT, (forgery) => {
      forgery.event("SigningKeySet", 2).payload.endorsement = null;
    });
    expect(failed).toEqual(["keys"]);
  });

  it("that an attacker puts in force are refused, unless told", async () => {
    const replace = (forgery: Forgery) => {
      const { payload } = forgery.event("SigningKeySet", 2);
      payload.publicKey = ATTACKER.publicKey;
    };
    expect((await verdict(PERFECT, replace)).failed).toEqual(["signature", "keys"]);
    const takeOver = (forgery: Forgery) => {
      forgery.event("SigningKeySet", 1).payload.publicKey = ATTACKER.publicKey;
      forgery.event("SigningKeySet", 2).payload.publicKey = ATTACKER.publicKey;
    };
    expect((await verdict(byAttacker, takeOver)).failed).toContain("keys");
  });

  it("must be endorsed by the key before, and by no other", async () => {
    const usurp = (endorsement: (text: string) => Uint8Array | null) => (forgery: Forgery) => {
      const { payload } = forgery.event("SigningKeySet", 2);
      payload.publicKey = ATTACKER.publicKey;
      payload.keyHash = keyHashOf(ORIGIN, ATTACKER.publicKey);
      const signature = endorsement(endorsementText(ORIGIN, ATTACKER.publicKey));
      if (signature !== null) payload.endorsement = signature.toBase64();
    };
    const how: Tampering = { effort: "checkpoints", key: "attacker in the second's place" };
    expect((await verdict(how, usurp(() => null))).failed).toEqual(["keys"]);
    expect((await verdict(how, usurp((text) => ATTACKER.sign(text)))).failed).toEqual(["keys"]);
    // Whoever has the first key may hand it on: that is what an endorsement says.
    expect((await verdict(how, usurp((text) => FIRST_KEY.sign(text)))).failed).toEqual([]);
    const both = { ...how, tell: tell(FIRST_KEY, ATTACKER) };
    expect((await verdict(both, usurp(() => null))).failed).toEqual([]);
  });

  it("are shown and not believed when none was told", async () => {
    const { ok, report } = await verdict({ effort: "none", tell: [] }, () => {});
    expect(ok).toBe(true);
    expect(report.keys[0]!.trust).toBe("not_told");
    expect(report.notChecked[0]).toContain(report.keys[0]!.fingerprint);
  });

  it("must be the one that was told", async () => {
    const other: Tampering = { effort: "none", tell: tell(ATTACKER) };
    expect((await verdict(other, () => {})).failed).toEqual(["keys"]);
  });
});

describe("a whole log that an attacker signed again", () => {
  const signAgain = (endorsement: string | null) => (forgery: Forgery) => {
    usurpKey(forgery.event("SigningKeySet", 1).payload, endorsement);
    usurpKey(forgery.event("SigningKeySet", 2).payload, byItself);
  };

  it.each([["made up", "x"], ["by the attacker", byItself], ["absent", null]])(
    "is refused with a first endorsement that is %s",
    async (_name, endorsement) => {
      const { ok, failed, report } = await verdict(byAttacker, signAgain(endorsement));
      expect([ok, report.authenticated, failed]).toEqual([false, false, ["keys"]]);
      expect(report.keys.map(({ trust }) => trust)).toEqual(["refused", "refused"]);
    },
  );

  it("is refused for its first key's endorsement even when no key was told", async () => {
    const { failed } = await verdict({ ...byAttacker, tell: [] }, signAgain("x"));
    expect(failed).toEqual(["keys"]);
  });

  it("is consistent without a told key when it does not pretend, and not authenticated", async () => {
    const { ok, report } = await verdict({ ...byAttacker, tell: [] }, signAgain(null));
    expect([ok, report.authenticated]).toEqual([true, false]);
  });
});

describe("an export whose first key came into force before it", () => {
  it.each([["that key", SECOND_KEY], ["the one that endorsed it", FIRST_KEY]])(
    "is authenticated by %s",
    async (_name, key) => {
      const { failed, report } = await onLate({ effort: "none", tell: tell(key) }, () => {});
      expect([failed, report.authenticated]).toEqual([[], true]);
      expect(report.keys).toMatchObject([{ position: null, publicKey: SECOND_KEY.publicKey }]);
    },
  );

  it("is shown and not authenticated without a told key", async () => {
    const { ok, report } = await onLate({ effort: "none", tell: [] }, () => {});
    expect([ok, report.authenticated, report.keys[0]!.trust]).toEqual([true, false, "not_told"]);
  });

  it.each([["made up", "x"], ["by the attacker", byItself], ["absent", null]])(
    "is refused when an attacker signed it again with an endorsement that is %s",
    async (_name, endorsement) => {
      const { failed, report } = await onLate(byAttacker, ({ manifest }) => {
        usurpKey(manifest.keys[0], endorsement);
      });
      expect([failed, report.authenticated]).toEqual([["keys"], false]);
    },
  );

  it("is refused with the true key's own endorsement on another key", async () => {
    const { failed } = await onLate(byAttacker, ({ manifest }) => {
      usurpKey(manifest.keys[0], manifest.keys[0].endorsement);
    });
    expect(failed).toEqual(["keys"]);
  });

  it("is refused when it names no key and one was told", async () => {
    const { failed } = await onLate({ effort: "manifest" }, ({ manifest, checkpoints }) => {
      manifest.keys[0] = null;
      checkpoints.length = 0;
    });
    expect(failed).toContain("keys");
  });
});
