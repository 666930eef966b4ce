import { describe, expect, it } from "vitest";
import type { CommandBody } from "../../shared/commands/mod.ts";
import { endorsementText, keyHashOf } from "../integrity/mod.ts";
import { acceptEnvelope } from "../edge/accept.ts";
import { signCommand } from "../edge/mod.ts";
import { silentLog } from "../../shared/log.ts";
import { decideSigning, emptySigning, evolveSigning, type SigningState } from "./mod.ts";
import { keyOf } from "./testing/deployment.ts";

const keyName = "log/shard-0";
const [first, second, third] = [keyOf(1), keyOf(2), keyOf(3)];

const endorsed = (by: typeof first, next: typeof first, name = keyName): string =>
  by.sign(endorsementText(name, next.publicKey)).toBase64();

function decide(state: SigningState, body: CommandBody<"SetSigningKey">) {
  return decideSigning(state, { type: "SetSigningKey", body });
}

function withFirst(): SigningState {
  const state = emptySigning();
  const { publicKey } = first;
  const payload = { keyName, publicKey, keyHash: keyHashOf(keyName, publicKey), endorsement: null };
  evolveSigning(state, { type: "SigningKeySet", payload }, 5n);
  return state;
}

describe("putting a key in force", () => {
  it("takes the first as it is, and the next with the endorsement of the one in force", () => {
    const decision = decide(emptySigning(), {
      keyName,
      publicKey: first.publicKey,
      endorsement: null,
    });
    expect(decision.status === "accepted" && decision.events).toEqual([{
      type: "SigningKeySet",
      payload: {
        keyName,
        publicKey: first.publicKey,
        keyHash: keyHashOf(keyName, first.publicKey),
        endorsement: null,
      },
    }]);
    const state = withFirst();
    expect(state.inForce).toEqual({ keyName, publicKey: first.publicKey, position: 5n });
    const endorsement = endorsed(first, second);
    const next = decide(state, { keyName, publicKey: second.publicKey, endorsement });
    if (next.status !== "accepted") throw new Error(next.rejection.message);
    const [event] = next.events;
    if (event?.type !== "SigningKeySet") throw new Error("another event");
    evolveSigning(state, event, 9n);
    expect(state.inForce).toEqual({ keyName, publicKey: second.publicKey, position: 9n });
  });

  it.each([
    ["a first key that claims an endorsement", emptySigning(), {
      keyName,
      publicKey: first.publicKey,
      endorsement: endorsed(second, first),
    }, "has nobody to endorse it"],
    ["a next key without one", withFirst(), {
      keyName,
      publicKey: second.publicKey,
      endorsement: null,
    }, "has not endorsed it"],
    ["a next key that endorses itself", withFirst(), {
      keyName,
      publicKey: second.publicKey,
      endorsement: endorsed(second, second),
    }, "not by the key in force"],
    ["an endorsement of another key", withFirst(), {
      keyName,
      publicKey: second.publicKey,
      endorsement: endorsed(first, third),
    }, "not by the key in force"],
    ["an endorsement for another log", withFirst(), {
      keyName,
      publicKey: second.publicKey,
      endorsement: endorsed(first, second, "log/shard-1"),
    }, "not by the key in force"],
    ["another log's name", withFirst(), {
      keyName: "log/shard-1",
      publicKey: second.publicKey,
      endorsement: endorsed(first, second, "log/shard-1"),
    }, "the log is log/shard-0"],
    ["the key in force", withFirst(), {
      keyName,
      publicKey: first.publicKey,
      endorsement: endorsed(first, first),
    }, "in force already"],
  ])("refuses %s", (_, state, body, expected) => {
    const before = structuredClone(state);
    const decision = decide(state, body);
    expect(decision.status).toBe("rejected");
    expect(decision.status === "rejected" && decision.rejection.message).toContain(expected);
    expect(state).toEqual(before);
    const payload = { ...body, keyHash: keyHashOf(body.keyName, body.publicKey) };
    expect(() => evolveSigning(state, { type: "SigningKeySet", payload }, 9n)).toThrow(RangeError);
  });

  it("is nobody's to ask for from outside, however it is signed", () => {
    const secret = "a-secret-of-at-least-32-characters!";
    const unsigned = {
      operationId: "x",
      actor: "user:admin",
      occurredAtMs: 1,
      type: "SetSigningKey",
      body: { keyName, publicKey: first.publicKey, endorsement: null },
    } as const;
    const message = { ...unsigned, signature: signCommand(unsigned, secret) };
    const place = { shard: 0, shards: 1 };
    const answer = acceptEnvelope(message, { place, serviceSecret: secret, log: silentLog });
    expect(answer.ok).toBe(false);
  });
});
