import { describe, expect, it } from "vitest";
import { createEffects, platformOf } from "../../shared/effects.ts";
import { ensureCheckpointKey, rotateCheckpointKey } from "./mod.ts";

const { random } = createEffects(platformOf(globalThis));

describe("a file of checkpoint keys", () => {
  it("keeps every former key, however often it is rotated before a ledger reads it", async () => {
    const folder = await Deno.makeTempDir({ prefix: "sargalay-keys-" });
    const path = `${folder}/keys`;
    await ensureCheckpointKey(path, random);
    const first = (await Deno.readTextFile(path)).trim();
    for (let count = 0; count < 4; count++) {
      expect(await rotateCheckpointKey(path, random)).toBe(true);
    }
    const seeds = (await Deno.readTextFile(path)).trim().split("\n");
    expect(new Set(seeds).size).toBe(5);
    expect(seeds.at(-1)).toBe(first);
    expect((await Deno.stat(path)).mode! & 0o777).toBe(0o600);
    await Deno.remove(folder, { recursive: true });
  });

  it("that is something else is left as it is", async () => {
    const path = await Deno.makeTempFile();
    await Deno.writeTextFile(path, "hello\n");
    await expect(rotateCheckpointKey(path, random)).rejects.toThrow("is not 32 bytes");
    expect(await Deno.readTextFile(path)).toBe("hello\n");
    await Deno.remove(path);
  });
});
