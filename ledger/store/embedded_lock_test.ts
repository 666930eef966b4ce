import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { DataDirInUseError, lockDataDir } from "./mod.ts";

const holder = { pid: 4_242, host: "kalaw", startedAtMs: Date.UTC(2026, 0, 2, 3, 4, 5) };

describe("the lock on an embedded data folder", () => {
  let folder: string;
  beforeEach(async () => {
    folder = await Deno.makeTempDir({ prefix: "sargalay-lock-" });
  });
  afterEach(() => Deno.remove(folder, { recursive: true }));

  /** Another process that takes the lock, says so, and keeps it until it is killed. */
  const lockElsewhere = async (): Promise<Deno.ChildProcess> => {
    const script = `${folder}/holder.ts`;
    const module = new URL("./embedded_lock.ts", import.meta.url).href;
    await Deno.writeTextFile(
      script,
      `import { lockDataDir } from ${JSON.stringify(module)};
      await lockDataDir(${JSON.stringify(`${folder}/data`)}, ${JSON.stringify(holder)});
      console.log("locked");
      setInterval(() => {}, 1_000);`,
    );
    const child = new Deno.Command(Deno.execPath(), {
      args: ["run", "--no-check", "--no-config", "--allow-read", "--allow-write", script],
      stdout: "piped",
    }).spawn();
    const reader = child.stdout.getReader();
    await reader.read();
    reader.releaseLock();
    return child;
  };

  it("refuses a second process, naming the first, and ends when that is killed", async () => {
    const child = await lockElsewhere();
    const data = `${folder}/data`;
    const refused = await lockDataDir(data, { ...holder, pid: 1 }).catch((error) => error);
    expect(refused).toBeInstanceOf(DataDirInUseError);
    expect(refused.message).toContain(
      `${data} is in use by process 4242 on kalaw since 2026-01-02T03:04:05.000Z`,
    );
    child.kill("SIGKILL");
    await child.stdout.cancel();
    await child.status;
    (await lockDataDir(data, holder)).release();
  });

  it("can be taken again after it was released, once or twice", async () => {
    const lock = await lockDataDir(folder, holder);
    lock.release();
    lock.release();
    const again = await lockDataDir(folder, { ...holder, pid: 2 });
    expect(JSON.parse(await Deno.readTextFile(`${folder}/lock`))).toMatchObject({ pid: 2 });
    again.release();
  });
});
