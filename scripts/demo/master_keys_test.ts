import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createEffects, platformOf } from "../../shared/effects.ts";
import { parseMasterKeys } from "../../shared/routing/mod.ts";
import { addMasterKey, ensureMasterKeys } from "./mod.ts";

const { random } = createEffects(platformOf(globalThis));
let folder: string;
beforeEach(async () => {
  folder = await Deno.makeTempDir({ prefix: "sargalay-master-" });
});
afterEach(() => Deno.remove(folder, { recursive: true }));

describe("a file of master keys", () => {
  it("is made once, and puts each new key first without losing the former ones", async () => {
    const path = `${folder}/master-keys`;
    const first = await ensureMasterKeys(path, random);
    expect(await ensureMasterKeys(path, random)).toBe(first);
    expect(await addMasterKey(path, random)).toBe(1);
    const both = parseMasterKeys(await ensureMasterKeys(path, random));
    expect(both.map(({ id }) => id)[1]).toBe(parseMasterKeys(first)[0].id);
    expect(both).toHaveLength(2);
    expect((await Deno.stat(path)).mode! & 0o777).toBe(0o600);
    expect(await addMasterKey(`${folder}/other`, random)).toBe(0);
  });

  it("that is something else is left as it is", async () => {
    const path = `${folder}/notes`;
    await Deno.writeTextFile(path, "mk:secret\n");
    await expect(addMasterKey(path, random)).rejects.toThrow("is no file of master keys");
    await expect(ensureMasterKeys(path, random)).rejects.toThrow("is no file of master keys");
    await expect(addMasterKey(path, random)).rejects.not.toThrow("secret");
    expect(await Deno.readTextFile(path)).toBe("mk:secret\n");
  });
});
