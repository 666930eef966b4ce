import { describe, expect, it, onTestFinished } from "vitest";
import { createEffects, platformOf } from "../../shared/effects.ts";
import { silentLog } from "../../shared/log.ts";
import { createDelivery } from "./delivery.ts";
import type { KeptCheckpoint } from "./checkpoint_store.ts";
import { signCheckpoint } from "./note.ts";
import { createDirectoryPlace } from "./places/directory.ts";
import { eventually, keyOf } from "./testing/deployment.ts";

const effects = createEffects(platformOf(globalThis));

/** A checkpoint whose root has this byte throughout. */
function checkpointOf(frames: number, root: number): KeptCheckpoint {
  const position = BigInt(frames);
  const note = signCheckpoint({
    origin: "log/shard-0",
    frames,
    root: new Uint8Array(32).fill(root),
    position,
    frameHash: new Uint8Array(32),
    recordedAtMs: 1_700_000_000_000,
  }, keyOf(1));
  return { shard: 0, frames, position, note, epoch: 1n, signedAtMs: 0 };
}

/** A log in which every root is made of this byte. */
const logOf = (byte: number) => (checkpoint: { readonly root: Uint8Array }) =>
  Promise.resolve(checkpoint.root[0] === byte);

async function directory() {
  const path = await Deno.makeTempDir();
  onTestFinished(() => Deno.remove(path, { recursive: true }));
  const note = () => Deno.readTextFile(`${path}/shard-0.note`);
  const other = () => Deno.readTextFile(`${path}/shard-0.contradicting.note`);
  return { path, note, other };
}

describe("a directory of checkpoints", () => {
  it("keeps what is there, and what contradicts it beside it", async () => {
    for (const frames of [4, 5, 6]) {
      const { path, note, other } = await directory();
      await createDirectoryPlace(path).write(checkpointOf(5, 1), logOf(1));
      // Another process, on a copy that went its own way.
      const fork = checkpointOf(frames, 2);
      const writing = createDirectoryPlace(path).write(fork, logOf(2));
      await expect(writing).rejects.toThrow("5 frames that is not of this log");
      expect(await note()).toBe(checkpointOf(5, 1).note);
      expect(await other()).toBe(fork.note);
    }
  });

  it("takes newer ones of the same log, and leaves newer ones as they are", async () => {
    const { path, note } = await directory();
    await createDirectoryPlace(path).write(checkpointOf(5, 1), logOf(1));
    const next = createDirectoryPlace(path);
    await next.write(checkpointOf(4, 1), logOf(1));
    expect(await note()).toBe(checkpointOf(5, 1).note);
    await next.write(checkpointOf(6, 1), logOf(1));
    expect(await note()).toBe(checkpointOf(6, 1).note);
    await next.write(checkpointOf(7, 1), () => Promise.reject(new Error("it knows its own")));
    expect(await note()).toBe(checkpointOf(7, 1).note);
  });

  it("does not write over what is no checkpoint", async () => {
    const { path, note } = await directory();
    await Deno.writeTextFile(`${path}/shard-0.note`, "something else");
    const writing = createDirectoryPlace(path).write(checkpointOf(5, 1), logOf(1));
    await expect(writing).rejects.toThrow("is no checkpoint");
    expect(await note()).toBe("something else");
  });
});

describe("delivering", () => {
  it("gives a write up that hangs for 10 s, and tries again", async () => {
    let nowMs = 0;
    let tries = 0;
    const delayed: { readonly delayMs: number; readonly task: () => void }[] = [];
    const delivery = createDelivery({
      shard: 0,
      isOfLog: logOf(1),
      places: [{
        name: "the shelf",
        write: () => ++tries === 1 ? new Promise<void>(() => {}) : Promise.resolve(),
        readNewest: () => Promise.resolve([]),
      }],
      effects: {
        ...effects,
        clock: { nowMs: () => nowMs },
        timers: {
          ...effects.timers,
          after(delayMs, task) {
            delayed.push({ delayMs, task });
            return { cancel: () => {} };
          },
        },
      },
      log: silentLog,
    });
    delivery.offer(checkpointOf(5, 1));
    expect(delayed.map(({ delayMs }) => delayMs)).toEqual([10_000]);
    delayed[0]!.task();
    await eventually("it says so", () => Promise.resolve(delivery.problem()));
    expect(delivery.problem()).toContain("no answer within 10000 ms");
    await eventually("it is tried again", () => {
      nowMs += 30_000;
      delivery.offer(checkpointOf(5, 1));
      return Promise.resolve(delivery.problem() === null ? true : null);
    });
    expect(tries).toBe(2);
    expect(delivery.status()).toMatchObject([{ frames: 5, problem: null }]);
  });
});
