import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { CheckId } from "../../shared/verifier/mod.ts";
import { Forgery } from "./forge.ts";
import { ORIGIN } from "./real_ledger.ts";
import { exportStory, PERFECT, type Tampering, verdictsOn } from "./verdict.ts";

const pristine = await Deno.makeTempDir({ prefix: "sargalay-audit-" });
const { verdict } = verdictsOn(pristine);

beforeAll(() => exportStory(pristine));
afterAll(() => Deno.remove(pristine, { recursive: true }));

describe("an export of a real ledger", () => {
  it("is verified as it is, and after a forger has written the same again", async () => {
    for (const how of [{ effort: "none" }, { effort: "manifest" }, PERFECT] as const) {
      const { failed, report } = await verdict(how, () => {});
      expect(failed).toEqual([]);
      expect(report.ok).toBe(true);
      expect(report.keys.map(({ trust }) => trust)).toEqual(["told", "endorsed"]);
      expect(report.checks.filter(({ checked }) => checked === 0).map(({ id }) => id))
        .toEqual(["outside"]);
    }
  });
});

type Row = readonly [
  name: string,
  how: Tampering,
  failed: readonly CheckId[],
  tamper: (forgery: Forgery) => void,
];

const editedAmount = (forgery: Forgery) => {
  forgery.event("CreditGranted").postings[0]!.amount = "900000000001";
};
const editedMetadata = (forgery: Forgery) => {
  forgery.event("CreditGranted").actor = "user:somebody-else";
};

describe("bytes that were changed", () => {
  const rows: readonly Row[] = [
    ["an edited metadata field", { effort: "none" }, ["files", "leaf"], editedMetadata],
    ["the same with a fixed manifest", { effort: "manifest" }, ["leaf"], editedMetadata],
    ["the same with its leaf", { effort: "leaves" }, ["root"], editedMetadata],
    ["the same with its frame's root", { effort: "roots" }, ["chain"], editedMetadata],
    ["the same with all frames after it", { effort: "chain" }, ["tree"], editedMetadata],
    [
      "the same, signed with another key",
      { effort: "checkpoints", key: "attacker" },
      ["signature"],
      editedMetadata,
    ],
    [
      "an edited amount",
      { effort: "none" },
      ["files", "leaf", "balance", "running", "postings"],
      editedAmount,
    ],
    ["a payload with one more member", { effort: "manifest" }, ["leaf"], (forgery) => {
      forgery.event("AccountOpened").payload.note = "x";
    }],
    ["a closing balance", { effort: "manifest" }, ["closing"], ({ balances }) => {
      const [one, other] = balances.filter(({ currency }) => currency === "MMK");
      one!.balance = `${BigInt(one!.balance) + 5n}`;
      other!.balance = `${BigInt(other!.balance) - 5n}`;
    }],
    ["a closing balance left out", { effort: "manifest" }, ["closing"], ({ balances }) => {
      balances.splice(balances.findIndex(({ balance }) => balance === "0"), 1);
    }],
    ["a blank in a line", { effort: "manifest" }, ["canonical"], (forgery) => {
      const lines = forgery.balances.map((line) => `${JSON.stringify(line)}\n`).join("");
      const text = lines.replace('"balance":', '"balance": ');
      forgery.replaced.set("balances.ndjson", new TextEncoder().encode(text));
    }],
    ["a member that does not belong there", { effort: "leaves" }, ["shape"], ({ frames }) => {
      Object.assign(frames[2]!, { note: "x" });
    }],
    ["a running balance", { effort: "manifest" }, ["running"], (forgery) => {
      forgery.event("HoldReleased").postings[0]!.balanceAfter = "-1";
    }],
  ];
  it.each(rows)("%s", async (_name, how, failed, tamper) => {
    const found = (await verdict(how, tamper)).failed;
    if (failed.includes("canonical") || failed.includes("shape")) {
      expect(found).toContain(failed[0]);
    } else expect(found).toEqual(failed);
  });

  it("are named with the event that fails first", async () => {
    const { first, report } = await verdict({ effort: "manifest" }, (forgery) => {
      editedMetadata(forgery);
      forgery.event("HoldReleased").actor = "nobody";
    });
    expect(first).toMatchObject({
      check: "leaf",
      at: expect.stringMatching(/^events-000001.ndjson:/),
    });
    expect(report.events).toBe(first!.position === null ? 0 : report.to);
    expect(report.checks.find(({ id }) => id === "leaf")).toMatchObject({ failed: 2 });
  });
});

describe("a log of another shape", () => {
  const rows: readonly Row[] = [
    [
      "a deleted event",
      { effort: "manifest" },
      ["positions", "root", "streams", "running", "wallet"],
      ({ events }) => events.splice(events.findIndex(({ type }) => type === "HoldReleased"), 1),
    ],
    ["two swapped events", { effort: "manifest" }, ["positions", "root"], (forgery) => {
      const frame = forgery.frames.find(({ count }) => count > 1)!;
      const { events } = forgery;
      const at = frame.firstPosition - 1;
      [events[at], events[at + 1]] = [events[at + 1]!, events[at]!];
    }],
    [
      "two swapped frames",
      { effort: "manifest" },
      ["positions", "chain"],
      ({ frames }) => {
        const at = frames.findIndex(({ index }) => index === 3);
        [frames[at], frames[at + 1]] = [frames[at + 1]!, frames[at]!];
      },
    ],
    ["a frame left out", { effort: "manifest" }, ["positions", "chain", "tree"], ({ frames }) => {
      frames.splice(5, 1);
    }],
    ["an older epoch", PERFECT, ["time"], ({ frames }) => {
      frames[4]!.epoch = 0;
    }],
    ["an earlier time", PERFECT, ["time"], ({ events }) => {
      events[4]!.recordedAt -= 1_000_000;
    }],
    ["a frame in two", PERFECT, [], ({ frames }) => {
      // Allowed to whoever has the key: that it never happened, only an outside checkpoint shows.
      const at = frames.findIndex(({ count }) => count > 1);
      const { firstPosition, count } = frames[at]!;
      frames.splice(
        at,
        1,
        { ...frames[at]!, count: 1 },
        { ...frames[at]!, firstPosition: firstPosition + 1, count: count - 1 },
      );
      frames.forEach((frame, index) => frame.index = index);
    }],
    ["an event in another's stream", PERFECT, ["streams"], (forgery) => {
      forgery.event("HoldExpired").stream = "account-acc-3";
    }],
    ["a checkpoint that is left out", { effort: "manifest" }, ["manifest"], ({ checkpoints }) => {
      checkpoints.pop();
    }],
    ["a checkpoint twice", { effort: "manifest" }, ["tree"], ({ checkpoints }) => {
      checkpoints.splice(1, 0, checkpoints[0]!);
    }],
  ];
  it.each(rows)("%s", async (_name, how, failed, tamper) => {
    const found = (await verdict(how, tamper)).failed;
    for (const check of failed) expect(found).toContain(check);
    expect(found.length > 0).toBe(failed.length > 0);
  });
});

/** Cuts everything after the checkpoint before the last one. */
function truncate(forgery: Forgery): void {
  const { position } = forgery.checkpoints.at(-2)!;
  forgery.checkpoints.pop();
  forgery.events.length = position;
  forgery.frames.splice(forgery.frames.findIndex(({ firstPosition }) => firstPosition > position));
  forgery.rebalance();
}

describe("a truncated tail", () => {
  it("is seen while the manifest still tells where the end was", async () => {
    const { failed } = await verdict({ effort: "none" }, truncate);
    expect(failed).toEqual(["files", "manifest"]);
  });

  it("is not seen in itself when everything was made to fit: the report says so", async () => {
    const { ok, report } = await verdict(PERFECT, truncate);
    expect(ok).toBe(true);
    expect(report.notChecked.join("\n")).toContain("no checkpoint that was kept elsewhere");
  });

  it("is seen with a checkpoint that was kept elsewhere", async () => {
    const { checkpoints } = await Forgery.read(pristine);
    const kept = { checkpoints: [checkpoints.at(-1)!.note] };
    const { failed, first } = await verdict({ ...PERFECT, ...kept }, truncate);
    expect(failed).toEqual(["outside"]);
    expect(first!.message).toContain("the end is cut off");
    const whole = await verdict({ effort: "none", ...kept }, () => {});
    expect(whole.ok).toBe(true);
    expect(whole.report.notChecked.join("\n")).not.toContain("cut off");
  });
});

describe("a checkpoint kept elsewhere", () => {
  it("shows a log that was rewritten with the true key", async () => {
    const { checkpoints } = await Forgery.read(pristine);
    const kept = { checkpoints: checkpoints.map(({ note }) => note) };
    const { failed, report } = await verdict({ ...PERFECT, ...kept }, editedMetadata);
    expect(failed).toEqual(["outside"]);
    expect(report.first!.message).toContain("the log was rewritten");
  });

  it("must be signed, and be of this log", async () => {
    const { checkpoints } = await Forgery.read(pristine);
    const note = checkpoints[0]!.note;
    const other = note.replaceAll("test-log/", "other-log/");
    const [text] = note.split("\n\n");
    for (const kept of [other, "hello\n", `${text}\n\n— ${ORIGIN} AAAAAAAA\n`]) {
      expect((await verdict({ effort: "none", checkpoints: [kept] }, () => {})).failed)
        .toEqual(["outside"]);
    }
  });
});
